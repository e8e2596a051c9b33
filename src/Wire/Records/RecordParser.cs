using System.Runtime.CompilerServices;

namespace Compat.Wire.Records;

/// <summary>
/// Reads one record of magic 2 out of contiguous bytes; every length is checked against the bytes that are there. What is
/// to be thrown is made elsewhere, which keeps the code that runs small enough to be fast.
/// </summary>
internal static class RecordParser
{
    /// <summary>The bytes of a record's body at least: attributes, two deltas, two null lengths, no headers.</summary>
    internal const int MinBodySize = 6;

    /// <summary>Reads the record at <paramref name="position"/> and moves behind it.</summary>
    /// <param name="records">The uncompressed records of a batch.</param>
    /// <param name="position">Where the record starts; afterwards, where the next one does.</param>
    /// <param name="batch">What offset and timestamp are relative to.</param>
    /// <exception cref="WireFormatException">The bytes are not a record.</exception>
    internal static Record Parse(ReadOnlySpan<byte> records, scoped ref int position, scoped in RecordBatchHeader batch)
    {
        int start = position;
        int at = position;
        int size = RecordVarint.Read32(records, ref at);
        if (size < MinBodySize || size > records.Length - at)
        {
            throw BadSize(size, records.Length - at);
        }

        ReadOnlySpan<byte> body = records.Slice(at, size);
        position = at + size;
        at = 1;
        long timestampDelta = RecordVarint.Read64(body, ref at);
        int offsetDelta = RecordVarint.Read32(body, ref at);
        int keyLength = SkipBytes(body, ref at);
        int keyEnd = at;
        int valueLength = SkipBytes(body, ref at);
        int valueEnd = at;
        (int, int) headers = SkipHeaders(body, ref at);
        long timestamp = batch.TimestampType == TimestampType.LogAppendTime
            ? batch.MaxTimestamp
            : batch.BaseTimestamp + timestampDelta;
        return new Record(body, position - start, batch.BaseOffset, offsetDelta, timestamp)
        {
            KeyBounds = (keyLength, keyEnd),
            ValueBounds = (valueLength, valueEnd),
            HeaderBounds = headers,
        };
    }

    /// <summary>Reads a length and as many bytes; -1 is null, every other negative length an error.</summary>
    internal static ReadOnlySpan<byte> ReadBytes(ReadOnlySpan<byte> source, scoped ref int position, scoped out bool isNull)
    {
        int length = SkipBytes(source, ref position);
        isNull = length < 0;
        return isNull ? default : source.Slice(position - length, length);
    }

    /// <summary>The exception for a length of a field that is negative or more than what is left.</summary>
    internal static WireFormatException BadLength(int length, int left) =>
        new($"A field of a record claims {length} bytes where {left} are left.");

    /// <summary>The exception for a record whose fields end elsewhere than its length says.</summary>
    internal static WireFormatException BytesLeft(int left) => new($"A record has {left} bytes more than its fields.");

    /// <summary>The exception for a number of headers that is negative or cannot be.</summary>
    internal static WireFormatException BadHeaderCount(int count, long left) =>
        new($"A record claims {count} headers in {left} bytes.");

    /// <summary>The exception for a header whose key is null.</summary>
    internal static WireFormatException NullHeaderKey() => new("A record has a header without a key.");

    private static WireFormatException BadSize(int size, int left) =>
        new($"A record claims {size} bytes where {left} are left.");

    /// <summary>Passes over a length and as many bytes; returns the length, -1 for null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipBytes(ReadOnlySpan<byte> source, scoped ref int position)
    {
        int length = RecordVarint.Read32(source, ref position);
        if ((uint)length <= (uint)(source.Length - position))
        {
            position += length;
            return length;
        }

        return length == -1 ? -1 : throw BadLength(length, source.Length - position);
    }

    private static (int Count, int Start) SkipHeaders(ReadOnlySpan<byte> body, scoped ref int at)
    {
        int count = RecordVarint.Read32(body, ref at);
        int start = at;
        if ((uint)count > (uint)(body.Length - at))
        {
            throw BadHeaderCount(count, body.Length - at);
        }

        for (int i = 0; i < count; i++)
        {
            if (SkipBytes(body, ref at) < 0)
            {
                throw NullHeaderKey();
            }

            SkipBytes(body, ref at);
        }

        return at == body.Length ? (count, start) : throw BytesLeft(body.Length - at);
    }
}
