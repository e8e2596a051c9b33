using System.Net.Sockets;
using Compat.Server.Configuration.Listeners;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Health;

/// <summary>Asks a broker what every client asks first, over a connection of its own: ApiVersions, then Metadata.</summary>
internal static class KafkaProbe
{
    private const short ApiVersionsVersion = 0;
    private const short MetadataVersion = 4;

    /// <summary>Tries a listener: null when it serves, else why it does not, in a line.</summary>
    public static async Task<string?> TryAsync(ListenerEndpoint listener, CancellationToken cancellation)
    {
        try
        {
            using TcpClient client = new();
            await client.ConnectAsync(HostToDial(listener.Host), listener.Port, cancellation);
            client.NoDelay = true;
            NetworkStream stream = client.GetStream();
            ApiVersionsResponse versions = await KafkaExchange.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(stream, new ApiVersionsRequest(), ApiVersionsVersion, cancellation);
            if (versions.ErrorCode != ErrorCode.None)
            {
                return $"{listener} answers ApiVersions with {versions.ErrorCode}";
            }

            // An empty list asks for no topic, so the answer is about brokers only.
            MetadataResponse metadata = await KafkaExchange.AskAsync<MetadataRequest, MetadataResponse>(
                stream, new MetadataRequest { Topics = [], AllowAutoTopicCreation = false }, MetadataVersion, cancellation);
            return metadata.Brokers.Count > 0 ? null : $"{listener} knows no broker";
        }
        catch (Exception e) when (e is SocketException or IOException or WireFormatException)
        {
            return $"{listener} cannot be used: {e.Message}";
        }
    }

    /// <summary>The host by which a listener on this machine can be reached.</summary>
    public static string HostToDial(string? host) => host is null or "0.0.0.0" or "::" ? "localhost" : host;
}
