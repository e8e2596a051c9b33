using System.Text;

namespace Compat.Wire.Records;

/// <summary>Writes single records of magic 2.</summary>
internal static class RecordEncoder
{
    private const int NullSize = 1;

    internal static void Write(
        PooledBufferWriter output,
        int offsetDelta,
        long timestampDelta,
        ReadOnlyMemory<byte>? key,
        ReadOnlyMemory<byte>? value,
        ReadOnlySpan<RecordHeader> headers)
    {
        int size = 1 + RecordVarint.SizeOf(timestampDelta) + RecordVarint.SizeOf(offsetDelta)
            + SizeOf(key) + SizeOf(value) + RecordVarint.SizeOf(headers.Length);
        foreach (RecordHeader header in headers)
        {
            size += SizeOf(Encoding.UTF8.GetByteCount(header.Key)) + SizeOf(header.Value);
        }

        Span<byte> space = Start(output, size, timestampDelta, offsetDelta, attributes: 0, out int at);
        Write(space, ref at, key is null, key.GetValueOrDefault().Span);
        Write(space, ref at, value is null, value.GetValueOrDefault().Span);
        at += RecordVarint.Write(space[at..], headers.Length);
        foreach (RecordHeader header in headers)
        {
            at += RecordVarint.Write(space[at..], Encoding.UTF8.GetByteCount(header.Key));
            at += Encoding.UTF8.GetBytes(header.Key, space[at..]);
            Write(space, ref at, header.Value is null, header.Value.GetValueOrDefault().Span);
        }

        output.Advance(at);
    }

    internal static void Write(PooledBufferWriter output, int offsetDelta, long timestampDelta, scoped in Record record)
    {
        ReadOnlySpan<byte> headers = record.Headers.Bytes;
        int size = 1 + RecordVarint.SizeOf(timestampDelta) + RecordVarint.SizeOf(offsetDelta)
            + SizeOf(record.IsKeyNull, record.Key.Length) + SizeOf(record.IsValueNull, record.Value.Length)
            + RecordVarint.SizeOf(record.Headers.Count) + headers.Length;

        Span<byte> space = Start(output, size, timestampDelta, offsetDelta, record.Attributes, out int at);
        Write(space, ref at, record.IsKeyNull, record.Key);
        Write(space, ref at, record.IsValueNull, record.Value);
        at += RecordVarint.Write(space[at..], record.Headers.Count);
        headers.CopyTo(space[at..]);
        output.Advance(at + headers.Length);
    }

    private static Span<byte> Start(
        PooledBufferWriter output, int size, long timestampDelta, int offsetDelta, byte attributes, out int at)
    {
        Span<byte> space = output.GetSpan(RecordVarint.SizeOf(size) + size);
        at = RecordVarint.Write(space, size);
        space[at++] = attributes;
        at += RecordVarint.Write(space[at..], timestampDelta);
        at += RecordVarint.Write(space[at..], offsetDelta);
        return space;
    }

    private static void Write(Span<byte> space, ref int at, bool isNull, ReadOnlySpan<byte> bytes)
    {
        at += RecordVarint.Write(space[at..], isNull ? -1 : bytes.Length);
        bytes.CopyTo(space[at..]);
        at += bytes.Length;
    }

    private static int SizeOf(ReadOnlyMemory<byte>? bytes) => SizeOf(bytes is null, bytes.GetValueOrDefault().Length);

    private static int SizeOf(bool isNull, int length) => isNull ? NullSize : SizeOf(length);

    private static int SizeOf(int length) => checked(RecordVarint.SizeOf(length) + length);
}
