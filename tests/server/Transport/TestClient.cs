using System.Buffers;
using System.Buffers.Binary;
using Compat.Server.Tests.Coverage;
using Compat.Server.Transport;
using Compat.Wire;

namespace Compat.Server.Tests.Transport;

/// <summary>A client that speaks the protocol over a channel, by hand.</summary>
internal sealed class TestClient : IDisposable
{
    private readonly MemoryChannel _channel;
    private int _lastCorrelationId;

    public TestClient(MemoryChannel channel) => _channel = channel;

    public MemoryChannel Channel => _channel;

    /// <summary>A request as bytes, with its length.</summary>
    public static byte[] Encode(ApiKey key, short version, int correlationId, Action<WireBody> body, string? clientId = "test")
    {
        var output = new ArrayBufferWriter<byte>();
        output.Advance(output.GetSpan(4).Length >= 4 ? 4 : 0);
        var writer = new WireWriter(output);
        new RequestHeader(key, version, correlationId, clientId).Write(ref writer);
        writer.Flush();
        body(new WireBody(output));
        byte[] frame = output.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        return frame;
    }

    public Task SendAsync(params byte[][] frames) =>
        _channel.SendAsync([.. frames.Select(frame => new ReadOnlyMemory<byte>(frame))]).AsTask();

    /// <summary>Sends a request and returns its correlation id.</summary>
    public async Task<int> SendAsync<TRequest>(TRequest request, short version)
        where TRequest : IWireMessage<TRequest>, IRequest
    {
        int correlationId = ++_lastCorrelationId;
        AskedVersions.Note(TRequest.Key, version);
        await SendAsync(Encode(TRequest.Key, version, correlationId, body => body.Write(request, version)));
        return correlationId;
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    public async Task<TResponse> AskAsync<TRequest, TResponse>(TRequest request, short version)
        where TRequest : IWireMessage<TRequest>, IRequest
        where TResponse : IWireMessage<TResponse>
    {
        int sent = await SendAsync(request, version);
        (int answered, TResponse response) = await ReadAsync<TResponse>(TRequest.Key, version);
        Assert.Equal(sent, answered);
        return response;
    }

    /// <summary>Waits for the next answer.</summary>
    public async Task<(int CorrelationId, TResponse Response)> ReadAsync<TResponse>(ApiKey key, short version)
        where TResponse : IWireMessage<TResponse>
    {
        byte[] frame = await ReadFrameAsync() ?? throw new InvalidOperationException("The connection was closed.");
        return Decode<TResponse>(frame, key, version);
    }

    /// <summary>Waits for the connection to be closed; fails when an answer arrives first.</summary>
    public async Task AssertClosedAsync() => Assert.Null(await ReadFrameAsync());

    /// <summary>The next answer as bytes, without its length; null when the connection was closed.</summary>
    public async Task<byte[]?> ReadFrameAsync()
    {
        byte[]? length = await ReadExactlyAsync(4);
        return length is null ? null : await ReadExactlyAsync(BinaryPrimitives.ReadInt32BigEndian(length));
    }

    public void Dispose() => _channel.Dispose();

    private static (int, TResponse) Decode<TResponse>(byte[] frame, ApiKey key, short version)
        where TResponse : IWireMessage<TResponse>
    {
        var reader = new WireReader(frame);
        ResponseHeader header = ResponseHeader.Read(ref reader, key, version);
        TResponse response = TResponse.Read(ref reader, version);
        Assert.True(reader.IsAtEnd, "The answer has bytes left over.");
        return (header.CorrelationId, response);
    }

    private async Task<byte[]?> ReadExactlyAsync(int count)
    {
        byte[] bytes = new byte[count];
        for (int filled = 0; filled < count;)
        {
            int received = await _channel.ReceiveAsync(bytes.AsMemory(filled)).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            if (received <= 0)
            {
                return null;
            }

            filled += received;
        }

        return bytes;
    }
}

/// <summary>The body of a request under construction.</summary>
internal sealed class WireBody
{
    private readonly ArrayBufferWriter<byte> _output;

    public WireBody(ArrayBufferWriter<byte> output) => _output = output;

    public void Write(IWireMessage message, short version)
    {
        var writer = new WireWriter(_output);
        message.Write(ref writer, version);
        writer.Flush();
    }

    public void Write(params byte[] bytes) => _output.Write(bytes);
}
