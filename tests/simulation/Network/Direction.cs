using System.Net;
using Compat.Simulation.Time;

namespace Compat.Simulation.Network;

/// <summary>The bytes of a stream that go one way: on the way, held up by a cut, or arrived and not yet received.</summary>
internal sealed class Direction
{
    /// <summary>How much may be sent that was not received.</summary>
    private const int Window = 256 * 1024;

    private readonly SimulatedNetwork _network;
    private readonly NodeClock _receiver;
    private readonly Way _way;
    private readonly Queue<byte[]?> _onTheWay = new();
    private readonly Queue<ReadOnlyMemory<byte>> _arrived = new();
    private long _lastArrival;
    private int _unreceived;
    private int _held;
    private bool _isSwallowed;
    private bool _hasEnded;
    private bool _isBroken;
    private TaskCompletionSource<bool>? _room;
    private (Memory<byte> Buffer, TaskCompletionSource<int> Done)? _receiving;

    public Direction(SimulatedNetwork network, IPAddress from, IPAddress to, NodeClock receiver, SimulatedChannel channel)
    {
        _network = network;
        _receiver = receiver;
        _way = network.WayOf(from, to);
        From = from;
        To = to;
        Channel = channel;
        network.Add(this);
    }

    public IPAddress From { get; }

    public IPAddress To { get; }

    /// <summary>One of the channels that use it; breaking it breaks both ends.</summary>
    public SimulatedChannel Channel { get; }

    public ValueTask<bool> SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        if (_isBroken)
        {
            return ValueTask.FromResult(false);
        }

        byte[] bytes = new byte[segments.Sum(segment => segment.Length)];
        int length = 0;
        foreach (ReadOnlyMemory<byte> segment in segments)
        {
            segment.CopyTo(bytes.AsMemory(length));
            length += segment.Length;
        }

        _unreceived += bytes.Length;
        Put(bytes);
        if (_unreceived <= Window)
        {
            return ValueTask.FromResult(true);
        }

        _room = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return new ValueTask<bool>(_room.Task);
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        if (TryReceive(buffer, out int count))
        {
            return ValueTask.FromResult(count);
        }

        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _receiving = (buffer, done);
        return new ValueTask<int>(done.Task);
    }

    /// <summary>Nothing more is sent: the other end learns it after all that was.</summary>
    public void End() => Put(null);

    /// <summary>What is on the way is lost, and both ends learn it.</summary>
    public void Break()
    {
        _isBroken = true;
        _onTheWay.Clear();
        Interlocked.Exchange(ref _room, null)?.TrySetResult(false);
        Wake();
        _network.Remove(this);
    }

    /// <summary>Nothing arrives any more, and nobody is told.</summary>
    public void Swallow() => _isSwallowed = true;

    /// <summary>What a cut held up goes on.</summary>
    public void Release()
    {
        for (; _held > 0; _held--)
        {
            Travel();
        }
    }

    private void Put(byte[]? bytes)
    {
        _onTheWay.Enqueue(bytes);
        Travel();
    }

    private void Travel()
    {
        _lastArrival = Math.Max(_lastArrival, _network.Timeline.Now + _network.NextLatency(_way).Ticks);
        _network.Timeline.At(_lastArrival, _receiver, Arrive);
    }

    private void Arrive()
    {
        if (_isBroken || _isSwallowed)
        {
            return;
        }

        if (_way.IsCut)
        {
            _held++;
            return;
        }

        if (!_onTheWay.TryDequeue(out byte[]? bytes))
        {
            return;
        }

        if (bytes is null)
        {
            _hasEnded = true;
        }
        else
        {
            _network.Timeline.Note(bytes.Length);
            _arrived.Enqueue(bytes);
        }

        Wake();
    }

    private void Wake()
    {
        if (_receiving is { } receiving && TryReceive(receiving.Buffer, out int count))
        {
            _receiving = null;
            receiving.Done.TrySetResult(count);
        }
    }

    private bool TryReceive(Memory<byte> buffer, out int count)
    {
        count = 0;
        if (_isBroken)
        {
            count = Server.Transport.IByteChannel.Failed;
            return true;
        }

        while (count < buffer.Length && _arrived.TryPeek(out ReadOnlyMemory<byte> first))
        {
            int part = Math.Min(first.Length, buffer.Length - count);
            first[..part].CopyTo(buffer[count..]);
            count += part;
            _arrived.Dequeue();
            if (part < first.Length)
            {
                PutBack(first[part..]);
            }
        }

        _unreceived -= count;
        if (_unreceived <= Window)
        {
            Interlocked.Exchange(ref _room, null)?.TrySetResult(true);
        }

        return count > 0 || _hasEnded;
    }

    private void PutBack(ReadOnlyMemory<byte> rest)
    {
        ReadOnlyMemory<byte>[] others = [.. _arrived];
        _arrived.Clear();
        _arrived.Enqueue(rest);
        foreach (ReadOnlyMemory<byte> other in others)
        {
            _arrived.Enqueue(other);
        }
    }
}
