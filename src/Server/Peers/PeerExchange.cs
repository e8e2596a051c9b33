using System.Buffers;
using System.Buffers.Binary;
using Compat.Replication.Peers;
using Compat.Server.Transport;
using Compat.Wire;

namespace Compat.Server.Peers;

/// <summary>A request that was sent to another node and waits for its answer.</summary>
internal abstract class PeerExchange
{
    private readonly short _version;

    protected PeerExchange(ApiKey key, short version, int correlationId)
    {
        Key = key;
        _version = version;
        CorrelationId = correlationId;
    }

    public ApiKey Key { get; }

    public int CorrelationId { get; }

    /// <summary>The request as it is sent, with its length and header.</summary>
    public byte[] Encode(IWireMessage request, string clientId)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteInt32(0);
        new RequestHeader(Key, _version, CorrelationId, clientId).Write(ref writer);
        request.Write(ref writer, _version);
        writer.Flush();
        byte[] frame = output.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - sizeof(int));
        return frame;
    }

    /// <summary>Ends the exchange with the answer; takes over the frame.</summary>
    /// <exception cref="WireFormatException">The frame is not the answer.</exception>
    public void Complete(Frame frame)
    {
        try
        {
            var reader = new WireReader(frame.Memory);
            ResponseHeader header = ResponseHeader.Read(ref reader, Key, _version);
            if (header.CorrelationId != CorrelationId)
            {
                throw new WireFormatException($"request {CorrelationId} ({Key}) was answered with {header.CorrelationId}");
            }

            Complete(ref reader, _version, new FrameLease(frame.Buffer));
        }
        catch (WireFormatException e)
        {
            frame.Buffer.Release();
            Fail(PeerFailure.Malformed, e.Message);
            throw;
        }
    }

    /// <summary>Ends the exchange without an answer.</summary>
    public abstract void Fail(PeerFailure failure, string reason);

    protected abstract void Complete(ref WireReader reader, short version, IDisposable frame);

    /// <summary>The reference to a frame's buffer that an answer has.</summary>
    private sealed class FrameLease(FrameBuffer buffer) : IDisposable
    {
        public void Dispose() => buffer.Release();
    }
}

/// <summary>A request whose answer is known.</summary>
internal sealed class PeerExchange<TResponse> : PeerExchange
    where TResponse : class, IWireMessage<TResponse>
{
    private readonly TaskCompletionSource<PeerAnswer<TResponse>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PeerExchange(ApiKey key, short version, int correlationId)
        : base(key, version, correlationId)
    {
    }

    public Task<PeerAnswer<TResponse>> Answer => _answer.Task;

    public override void Fail(PeerFailure failure, string reason) => _answer.TrySetResult(PeerAnswer<TResponse>.Failed(failure, reason));

    protected override void Complete(ref WireReader reader, short version, IDisposable frame) =>
        _answer.TrySetResult(PeerAnswer<TResponse>.Of(TResponse.Read(ref reader, version), version, frame));
}
