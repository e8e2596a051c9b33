namespace Compat.Wire.Records;

/// <summary>Reads one record of magic 2 out of contiguous bytes; every length is checked against the bytes that are there.</summary>
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
        int size = RecordVarint.Read32(records, ref position);
        if (size < MinBodySize || size > records.Length - position)
        {
            throw new WireFormatException($"A record claims {size} bytes where {records.Length - position} are left.");
        }

        ReadOnlySpan<byte> body = records.Slice(position, size);
        position += size;

        int at = 1;
        long timestampDelta = RecordVarint.Read64(body, ref at);
        int offsetDelta = RecordVarint.Read32(body, ref at);
        ReadOnlySpan<byte> key = ReadBytes(body, ref at, out bool isKeyNull);
        ReadOnlySpan<byte> value = ReadBytes(body, ref at, out bool isValueNull);
        return new Record
        {
            SizeInBytes = position - start,
            Attributes = body[0],
            OffsetDelta = offsetDelta,
            Offset = batch.BaseOffset + offsetDelta,
            Timestamp = batch.TimestampType == TimestampType.LogAppendTime
                ? batch.MaxTimestamp
                : batch.BaseTimestamp + timestampDelta,
            Key = key,
            IsKeyNull = isKeyNull,
            Value = value,
            IsValueNull = isValueNull,
            Headers = ReadHeaders(body, at),
        };
    }

    /// <summary>Reads a length and as many bytes; -1 is null, every other negative length an error.</summary>
    internal static ReadOnlySpan<byte> ReadBytes(ReadOnlySpan<byte> source, scoped ref int position, scoped out bool isNull)
    {
        int length = RecordVarint.Read32(source, ref position);
        isNull = length == -1;
        if (isNull)
        {
            return default;
        }

        if ((uint)length > (uint)(source.Length - position))
        {
            throw BadLength(length, source.Length - position);
        }

        ReadOnlySpan<byte> bytes = source.Slice(position, length);
        position += length;
        return bytes;
    }

    /// <summary>The exception for a length of a field that is negative or more than what is left.</summary>
    internal static WireFormatException BadLength(int length, int left) =>
        new($"A field of a record claims {length} bytes where {left} are left.");

    /// <summary>The exception for a record whose fields end elsewhere than its length says.</summary>
    internal static WireFormatException BytesLeft(int left) => new($"A record has {left} bytes more than its fields.");

    private static RecordHeaders ReadHeaders(ReadOnlySpan<byte> body, int at)
    {
        int count = RecordVarint.Read32(body, ref at);
        int start = at;
        if (count < 0 || count > body.Length - at)
        {
            throw new WireFormatException($"A record claims {count} headers in {body.Length - at} bytes.");
        }

        for (int i = 0; i < count; i++)
        {
            ReadBytes(body, ref at, out bool isKeyNull);
            if (isKeyNull)
            {
                throw new WireFormatException("A record has a header without a key.");
            }

            ReadBytes(body, ref at, out _);
        }

        return at == body.Length ? new RecordHeaders(count, body[start..]) : throw BytesLeft(body.Length - at);
    }
}
