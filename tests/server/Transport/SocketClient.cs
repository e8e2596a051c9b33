using System.Buffers.Binary;
using System.Net.Sockets;
using Compat.Server.Tests.Coverage;
using Compat.Wire;

namespace Compat.Server.Tests.Transport;

/// <summary>A client that speaks the protocol over a socket, by hand.</summary>
internal sealed class SocketClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpClient _client;
    private int _lastCorrelationId;

    public SocketClient(TcpClient client) => _client = client;

    public async Task SendAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes);

    public async Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : IWireMessage<TRequest>, IRequest
        where TResponse : IWireMessage<TResponse>
    {
        AskedVersions.Note(TRequest.Key, version);
        await SendAsync(TestClient.Encode(TRequest.Key, version, ++_lastCorrelationId, body => body.Write(request, version)));
        byte[] frame = await ReadFrameAsync() ?? throw new InvalidOperationException("The connection was closed.");
        var reader = new WireReader(frame);
        Assert.Equal(_lastCorrelationId, ResponseHeader.Read(ref reader, TRequest.Key, version).CorrelationId);
        return TResponse.Read(ref reader, version);
    }

    /// <summary>The next answer without its length; null when the connection was closed.</summary>
    public async Task<byte[]?> ReadFrameAsync()
    {
        byte[]? length = await ReadAsync(4);
        return length is null ? null : await ReadAsync(BinaryPrimitives.ReadInt32BigEndian(length));
    }

    public void Dispose() => _client.Dispose();

    private async Task<byte[]?> ReadAsync(int count)
    {
        byte[] bytes = new byte[count];
        try
        {
            await _client.GetStream().ReadExactlyAsync(bytes).AsTask().WaitAsync(Patience);
            return bytes;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
