using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Load.Protocol;

/// <summary>
/// One connection that speaks the protocol with one request at a time and no thread of its own: hundreds of group
/// members or thousands of idle connections fit in one process, which librdkafka's threads would not allow.
/// </summary>
internal sealed class KafkaConnection : IDisposable
{
    private const string ClientId = "compat-load";
    private readonly Socket _socket;
    private readonly Dictionary<ApiKey, short> _newestVersion = [];
    private int _correlationId;

    private KafkaConnection(Socket socket) => _socket = socket;

    /// <summary>Connects to <c>host:port</c> (the first of a list) and asks which versions the broker speaks.</summary>
    public static async Task<KafkaConnection> OpenAsync(string bootstrapServers, CancellationToken cancellation = default)
    {
        var address = bootstrapServers.Split(',')[0];
        var colon = address.LastIndexOf(':');
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address[..colon].Trim('[', ']'), int.Parse(address[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture), cancellation);
            var connection = new KafkaConnection(socket);
            await connection.NegotiateAsync(cancellation);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether the broker said that it carries out an API.</summary>
    public bool Offers(ApiKey key) => _newestVersion.ContainsKey(key);

    /// <summary>Sends a request in the newest version both sides know and returns its answer.</summary>
    /// <exception cref="NotSupportedException">The broker does not offer the API.</exception>
    /// <exception cref="IOException">The broker closed the connection.</exception>
    public async Task<TResponse> SendAsync<TResponse>(IRequest<TResponse> request, CancellationToken cancellation = default, short? version = null)
        where TResponse : IWireMessage<TResponse>
    {
        var key = request.RequestKey;
        var chosen = version ?? (_newestVersion.TryGetValue(key, out var newest)
            ? newest
            : throw new NotSupportedException($"the broker does not offer {key}"));
        var frame = Encode(request, key, chosen, ++_correlationId);
        await _socket.SendAsync(frame, cancellation);
        var body = await ReceiveAsync(cancellation);
        return Decode<TResponse>(body, key, chosen);
    }

    public void Dispose() => _socket.Dispose();

    private async Task NegotiateAsync(CancellationToken cancellation)
    {
        var versions = await SendAsync(new ApiVersionsRequest { ClientSoftwareName = ClientId, ClientSoftwareVersion = "1" }, cancellation, 3);
        foreach (var api in versions.ApiKeys)
        {
            if (ApiCatalog.TryGet((ApiKey)api.ApiKey, out var known))
            {
                _newestVersion[known.Key] = Math.Min(known.LatestStableVersion, api.MaxVersion);
            }
        }
    }

    private static byte[] Encode(IWireMessage request, ApiKey key, short version, int correlationId)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteInt32(0);
        new RequestHeader(key, version, correlationId, ClientId).Write(ref writer);
        request.Write(ref writer, version);
        writer.Flush();
        var frame = output.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - sizeof(int));
        return frame;
    }

    private static TResponse Decode<TResponse>(byte[] body, ApiKey key, short version)
        where TResponse : IWireMessage<TResponse>
    {
        var reader = new WireReader(body);
        _ = ResponseHeader.Read(ref reader, key, version);
        return TResponse.Read(ref reader, version);
    }

    private async Task<byte[]> ReceiveAsync(CancellationToken cancellation)
    {
        var length = new byte[sizeof(int)];
        await ReceiveExactlyAsync(length, cancellation);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await ReceiveExactlyAsync(body, cancellation);
        return body;
    }

    private async Task ReceiveExactlyAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (buffer.Length > 0)
        {
            var received = await _socket.ReceiveAsync(buffer, cancellation);
            if (received == 0)
            {
                throw new IOException("the broker closed the connection");
            }

            buffer = buffer[received..];
        }
    }
}
