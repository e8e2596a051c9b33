using System.Buffers;
using System.Buffers.Binary;
using Compat.Wire;

namespace Compat.Server.Health;

/// <summary>One request and its answer over a stream, as the simplest client would have it.</summary>
internal static class KafkaExchange
{
    /// <summary>The largest answer that is read.</summary>
    private const int MaxAnswerBytes = 1024 * 1024;

    /// <summary>Sends a request and reads its answer.</summary>
    /// <exception cref="IOException">The connection ended.</exception>
    /// <exception cref="WireFormatException">The answer is none.</exception>
    public static async Task<TResponse> AskAsync<TRequest, TResponse>(Stream stream, TRequest request, short version, CancellationToken cancellation)
        where TRequest : IWireMessage<TRequest>, IRequest
        where TResponse : IWireMessage<TResponse>
    {
        await stream.WriteAsync(Encode(request, version), cancellation);
        byte[] length = new byte[sizeof(int)];
        await stream.ReadExactlyAsync(length, cancellation);
        int size = BinaryPrimitives.ReadInt32BigEndian(length);
        if (size is < 0 or > MaxAnswerBytes)
        {
            throw new WireFormatException($"an answer of {size} bytes");
        }

        byte[] answer = new byte[size];
        await stream.ReadExactlyAsync(answer, cancellation);
        return Decode<TResponse>(answer, TRequest.Key, version);
    }

    private static byte[] Encode<TRequest>(TRequest request, short version)
        where TRequest : IWireMessage<TRequest>, IRequest
    {
        ArrayBufferWriter<byte> output = new();
        WireWriter writer = new(output);
        writer.WriteInt32(0);
        new RequestHeader(TRequest.Key, version, version, "health").Write(ref writer);
        request.Write(ref writer, version);
        writer.Flush();
        byte[] frame = output.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - sizeof(int));
        return frame;
    }

    private static TResponse Decode<TResponse>(byte[] answer, ApiKey key, short version)
        where TResponse : IWireMessage<TResponse>
    {
        WireReader reader = new(answer);
        ResponseHeader.Read(ref reader, key, version);
        return TResponse.Read(ref reader, version);
    }
}
