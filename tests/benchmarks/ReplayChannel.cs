using System.Net;
using Compat.Server.Transport;

namespace Compat.Benchmarks.Tests;

/// <summary>A client that sends the same request over and over and hears no answer. Everything is complete at once.</summary>
internal sealed class ReplayChannel(byte[] frame, int requests) : IByteChannel
{
    private int _position;

    public IPEndPoint LocalEndPoint { get; } = new(IPAddress.Loopback, 9092);

    public IPEndPoint RemoteEndPoint { get; } = new(IPAddress.Loopback, 1);

    /// <summary>The bytes of answers.</summary>
    public long Answered { get; private set; }

    private int Left { get; set; } = requests;

    public bool TryOpen() => true;

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        if (Left == 0)
        {
            return new ValueTask<int>(0);
        }

        // Never more than one request, so that each is a burst of its own.
        int count = Math.Min(buffer.Length, frame.Length - _position);
        frame.AsSpan(_position, count).CopyTo(buffer.Span);
        _position = (_position + count) % frame.Length;
        Left -= _position == 0 ? 1 : 0;
        return new ValueTask<int>(count);
    }

    public ValueTask<bool> SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        foreach (ReadOnlyMemory<byte> segment in segments)
        {
            Answered += segment.Length;
        }

        return new ValueTask<bool>(true);
    }

    public void Abort() => Left = 0;

    public void Dispose()
    {
        // Holds nothing.
    }
}
