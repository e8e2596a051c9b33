using System.Buffers;
using CsCheck;

namespace Compat.Wire.Tests.Primitives;

public class WireWriterTests
{
    [Fact]
    public void What_is_written_does_not_depend_on_the_size_of_the_output_s_chunks() =>
        Gen.Select(Gen.Int[1, 700], Gen.Int[0, 40].Array[0, 30], Gen.Int[0, 3]).Sample((chunk, sizes, depth) =>
        {
            ArrayBufferWriter<byte> whole = new();
            ChunkedOutput chunked = new(chunk);
            WireWriter expected = new(whole);
            WireWriter actual = new(chunked);
            WriteNested(ref expected, sizes, depth);
            WriteNested(ref actual, sizes, depth);
            expected.Flush();
            actual.Flush();

            Assert.Equal(whole.WrittenSpan, chunked.Written);
            Assert.Equal(whole.WrittenCount, actual.BytesWritten);
        });

    [Fact]
    public void The_writer_may_be_used_on_after_a_flush()
    {
        ArrayBufferWriter<byte> output = new();
        WireWriter writer = new(output);
        writer.WriteInt8(1);
        writer.Flush();
        writer.WriteInt8(2);
        writer.Flush();

        Assert.Equal([1, 2], output.WrittenSpan.ToArray());
        Assert.Equal(2, writer.BytesWritten);
    }

    [Fact]
    public void Records_from_a_source_are_read_straight_into_the_output()
    {
        ChunkedOutput output = new(16);
        Source source = new(1_000);
        WireWriter writer = new(output);
        writer.WriteInt32(7);
        writer.WriteNullableRecords(new RecordsPayload(source), flexible: false);
        writer.WriteInt32(8);
        writer.Flush();

        Assert.Equal(1, source.Copies);
        Assert.Equal([0, 0, 0, 7, 0, 0, 3, 232, .. Enumerable.Repeat((byte)9, 1_000), 0, 0, 0, 8], output.Written.ToArray());
    }

    [Fact]
    public void A_payload_tells_null_from_empty()
    {
        Assert.True(default(RecordsPayload).IsNull);
        Assert.True(((RecordsPayload)(byte[]?)null).IsNull);
        Assert.False(RecordsPayload.Empty.IsNull);
        Assert.Equal(0, RecordsPayload.Empty.Size);
        Assert.Equal(Enumerable.Repeat((byte)9, 3), new RecordsPayload(new Source(3)).Memory.ToArray());
    }

    // Tagged fields inside tagged fields, with content around them.
    private static void WriteNested(ref WireWriter writer, int[] sizes, int depth)
    {
        foreach (int size in sizes)
        {
            int start = depth > 0 ? writer.BeginTaggedField(size) : 0;
            writer.WriteString(new string('x', size * size), flexible: true);
            if (depth > 1)
            {
                WriteNested(ref writer, [size / 2, 17], depth - 1);
            }

            writer.WriteInt64(size);
            if (depth > 0)
            {
                writer.EndTaggedField(start);
            }
        }
    }

    private sealed class Source(int size) : IRecordsSource
    {
        public int Copies { get; private set; }

        public int Size => size;

        public void CopyTo(Span<byte> destination)
        {
            Assert.Equal(size, destination.Length);
            destination.Fill(9);
            Copies++;
        }
    }

    /// <summary>An output that hands out no more room than it must, and forgets what was not advanced over.</summary>
    private sealed class ChunkedOutput(int chunkSize) : IBufferWriter<byte>
    {
        private readonly List<byte> _written = [];
        private byte[] _chunk = [];

        public ReadOnlySpan<byte> Written => _written.ToArray();

        public void Advance(int count)
        {
            _written.AddRange(_chunk.AsSpan(0, count));
            _chunk = [];
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _chunk = new byte[Math.Max(chunkSize, Math.Max(1, sizeHint))];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
