using System.Net;

namespace Compat.Server.Transport;

/// <summary>Where channels come from: a bound socket, or a test.</summary>
internal interface IChannelListener : IDisposable
{
    /// <summary>The bound address, with the port that was really taken when 0 was asked for.</summary>
    IPEndPoint EndPoint { get; }

    /// <summary>The next channel, or why there is none. A failure is a value, and the listener can be asked again.</summary>
    ValueTask<AcceptResult> AcceptAsync();
}

/// <summary>What became of waiting for a channel.</summary>
/// <param name="Channel">The channel; null if there is none.</param>
/// <param name="Failure">Why nothing can be accepted at present, such as a shortage of file handles; null if the listener is closed.</param>
internal readonly record struct AcceptResult(IByteChannel? Channel, string? Failure)
{
    /// <summary>The listener is closed.</summary>
    public static AcceptResult Closed => default;
}
