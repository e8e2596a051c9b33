using System.Buffers.Binary;
using System.Net;
using Compat.Server.Transport;

namespace Compat.Server.Tests.Transport;

public class FrameReaderTests
{
    private const int MaxFrameBytes = 100 * 1024 * 1024;

    [Fact]
    public async Task Frames_that_arrive_together_share_one_buffer()
    {
        var channel = new ScriptedChannel(Concat(Framed(1, 10), Framed(2, 20), Framed(3, 30)));
        var reader = new FrameReader(channel);

        List<Frame> frames = await ReadAllAsync(reader);

        Assert.Equal([10, 20, 30], frames.Select(frame => frame.Memory.Length));
        Assert.All(frames, (frame, i) => Assert.All(frame.Memory.ToArray(), b => Assert.Equal(i + 1, b)));
        Assert.Same(frames[0].Buffer, frames[2].Buffer);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task Frames_of_all_sizes_come_out_whole_however_they_are_cut(int pieceBytes)
    {
        int[] sizes = [1, 2, 8191, 8192, 8193, 5, 100_000, 3, 70_000, 16_384, 1];
        byte[] stream = Concat([.. sizes.Select((size, i) => Framed((byte)(i + 1), size))]);
        var reader = new FrameReader(new ScriptedChannel([.. stream.Chunk(pieceBytes)]));

        List<Frame> frames = await ReadAllAsync(reader);

        Assert.Equal(sizes, frames.Select(frame => frame.Memory.Length));
        Assert.All(frames, (frame, i) => Assert.True(frame.Memory.Span.IndexOfAnyExcept((byte)(i + 1)) < 0));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    [InlineData(MaxFrameBytes + 1)]
    public async Task A_size_that_is_not_allowed_is_refused_and_told(int declared)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, declared);
        var reader = new FrameReader(new ScriptedChannel(Concat(length, new byte[100])));

        Assert.Empty(await ReadAllAsync(reader));

        Assert.Equal(declared, reader.RefusedBytes);
    }

    [Fact]
    public async Task The_largest_size_that_is_allowed_is_taken_without_allocating_it()
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, MaxFrameBytes);
        var channel = new ScriptedChannel(length, new byte[100]);
        var reader = new FrameReader(channel);

        Assert.Empty(await ReadAllAsync(reader));

        Assert.Null(reader.RefusedBytes);
        Assert.InRange(channel.LargestRoom, 1, 2 * FrameReader.SharedReadBytes);
    }

    [Fact]
    public async Task A_large_frame_that_arrives_in_pieces_never_holds_much_more_than_twice_what_arrived()
    {
        const int size = 3_000_000;
        byte[] stream = Framed(7, size);
        var channel = new ScriptedChannel([.. stream.Chunk(10_000)]);
        var reader = new FrameReader(channel);

        Frame frame = Assert.Single(await ReadAllAsync(reader));

        Assert.Equal(size, frame.Memory.Length);
        Assert.All(channel.RoomAfterArrival, each => Assert.InRange(each.Room, 0, (2 * each.Arrived) + (2 * FrameReader.SharedReadBytes)));
    }

    [Fact]
    public async Task A_connection_that_has_shown_large_frames_gets_the_next_one_in_a_single_piece()
    {
        byte[] large = Framed(1, 1_000_000);
        var channel = new ScriptedChannel(large, large);
        var reader = new FrameReader(channel);

        Assert.Equal(2, (await ReadAllAsync(reader)).Count);

        Assert.InRange(channel.LargestRoom, 1_000_000, 1_048_576);
    }

    [Fact]
    public async Task Waiting_for_a_frame_holds_room_for_a_length_and_nothing_else()
    {
        var channel = new ScriptedChannel(Framed(1, 100));
        var reader = new FrameReader(channel);
        foreach (Frame frame in await ReadAllAsync(reader))
        {
            frame.Buffer.Release();
        }

        await reader.ReceiveAsync();

        Assert.Equal(4, channel.LastRoom);
    }

    private static async Task<List<Frame>> ReadAllAsync(FrameReader reader)
    {
        var frames = new List<Frame>();
        do
        {
            while (reader.TryRead(MaxFrameBytes, out Frame frame))
            {
                frames.Add(frame);
            }
        }
        while (reader.RefusedBytes is null && await reader.ReceiveAsync() == ReceiveStatus.Received);

        return frames;
    }

    private static byte[] Framed(byte content, int size)
    {
        byte[] frame = new byte[4 + size];
        BinaryPrimitives.WriteInt32BigEndian(frame, size);
        frame.AsSpan(4).Fill(content);
        return frame;
    }

    private static byte[] Concat(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    /// <summary>Delivers the pieces one a receive, or less when there is not enough room.</summary>
    private sealed class ScriptedChannel : IByteChannel
    {
        private readonly Queue<ReadOnlyMemory<byte>> _pieces;
        private int _arrived;

        public ScriptedChannel(params byte[][] pieces) =>
            _pieces = new Queue<ReadOnlyMemory<byte>>(pieces.Select(piece => new ReadOnlyMemory<byte>(piece)));

        public List<(int Arrived, int Room)> RoomAfterArrival { get; } = [];

        public int LargestRoom => RoomAfterArrival.Max(each => each.Room);

        public int LastRoom => RoomAfterArrival[^1].Room;

        public IPEndPoint LocalEndPoint { get; } = new(IPAddress.Loopback, 9092);

        public IPEndPoint RemoteEndPoint { get; } = new(IPAddress.Loopback, 50000);

        public bool TryOpen() => true;

        public ValueTask<int> ReceiveAsync(Memory<byte> buffer)
        {
            RoomAfterArrival.Add((_arrived, buffer.Length));
            if (!_pieces.TryPeek(out ReadOnlyMemory<byte> piece))
            {
                return ValueTask.FromResult(0);
            }

            int count = Math.Min(piece.Length, buffer.Length);
            piece[..count].CopyTo(buffer);
            _pieces.Dequeue();
            if (count < piece.Length)
            {
                Requeue(piece[count..]);
            }

            _arrived += count;
            return ValueTask.FromResult(count);
        }

        public ValueTask<bool> SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> segments) => ValueTask.FromResult(true);

        public void Abort()
        {
        }

        public void Dispose()
        {
        }

        private void Requeue(ReadOnlyMemory<byte> rest)
        {
            ReadOnlyMemory<byte>[] others = [.. _pieces];
            _pieces.Clear();
            _pieces.Enqueue(rest);
            foreach (ReadOnlyMemory<byte> other in others)
            {
                _pieces.Enqueue(other);
            }
        }
    }
}
