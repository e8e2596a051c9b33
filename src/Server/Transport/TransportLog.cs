using System.Net;
using Compat.Wire;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Transport;

/// <summary>What the transport says. A client's mistake is one line; an ordinary end of a connection is none.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(1, LogLevel.Warning, "Closed the connection from {Client} on {Listener}: {Reason}.")]
    public static partial void ConnectionClosed(ILogger logger, IPEndPoint client, string listener, string reason);

    [LoggerMessage(2, LogLevel.Error, "The connection from {Client} failed and was closed.")]
    public static partial void ConnectionFailed(ILogger logger, IPEndPoint client, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "{Api} v{Version} from {Client} failed; the connection is closed without an answer.")]
    public static partial void RequestFailed(ILogger logger, ApiKey api, short version, IPEndPoint client, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "Refused a connection from {Client} on {Listener}: {Limit} connections are allowed by {Setting}.")]
    public static partial void ConnectionRefused(ILogger logger, IPEndPoint client, string listener, int limit, string setting);

    [LoggerMessage(5, LogLevel.Warning, "{Listener} cannot accept connections at present: {Reason}.")]
    public static partial void AcceptFailed(ILogger logger, string listener, string reason);
}
