using System.Buffers;

namespace Compat.Wire.Records;

/// <summary>
/// Makes one batch of magic 2 out of records. Set the properties, append, build; afterwards it can be used again after
/// <see cref="Clear"/>. Belongs to one thread. To be disposed: the records are kept in a pooled buffer.
/// </summary>
public sealed class RecordBatchBuilder : IDisposable
{
    private readonly PooledBufferWriter _records = new();
    private long _baseTimestamp;
    private long _maxTimestamp;
    private int _lastOffsetDelta;

    /// <summary>Makes an empty builder.</summary>
    public RecordBatchBuilder()
    {
        Clear();
    }

    /// <summary>The offset of the first record; what a client sends has 0.</summary>
    public long BaseOffset { get; init; }

    /// <summary>The epoch of the leader that writes the batch.</summary>
    public int PartitionLeaderEpoch { get; init; } = RecordBatch.NoPartitionLeaderEpoch;

    /// <summary>The codec of the records.</summary>
    public Compression Compression { get; init; }

    /// <summary>The append time, ms since 1970, which makes the batch LogAppendTime; null for CreateTime.</summary>
    public long? LogAppendTimeMs { get; init; }

    /// <summary>The producer's id.</summary>
    public long ProducerId { get; init; } = RecordBatch.NoProducerId;

    /// <summary>The producer's epoch.</summary>
    public short ProducerEpoch { get; init; } = RecordBatch.NoProducerEpoch;

    /// <summary>The sequence number of the first record.</summary>
    public int BaseSequence { get; init; } = RecordBatch.NoSequence;

    /// <summary>Whether the records belong to a transaction.</summary>
    public bool IsTransactional { get; init; }

    /// <summary>Whether the records are control records; see <see cref="AppendControl"/>.</summary>
    public bool IsControl { get; init; }

    /// <summary>When tombstones may go (KIP-534), ms since 1970: then the timestamps' deltas count from it.</summary>
    public long? DeleteHorizonMs { get; init; }

    /// <summary>
    /// The offset that the batch ends with although its last records are gone, as compaction leaves it: the sequence numbers
    /// of the batch stay what they were. Null to end with the last record.
    /// </summary>
    public long? LastOffset { get; init; }

    /// <summary>The records so far.</summary>
    public int Count { get; private set; }

    /// <summary>The size of the batch so far, bytes, before compression.</summary>
    public int UncompressedSize => RecordBatch.HeaderSize + _records.Count;

    /// <summary>Appends a record at the next offset.</summary>
    /// <param name="timestamp">ms since 1970, or -1.</param>
    /// <param name="key">The key, or null.</param>
    /// <param name="value">The value, or null.</param>
    /// <param name="headers">The headers.</param>
    public void Append(long timestamp, byte[]? key, byte[]? value, params ReadOnlySpan<RecordHeader> headers) =>
        Append(timestamp, Nullable(key), Nullable(value), headers);

    /// <summary>Appends a record at the next offset.</summary>
    /// <param name="timestamp">ms since 1970, or -1.</param>
    /// <param name="key">The key, or null. Beware that a null array converts to empty memory.</param>
    /// <param name="value">The value, or null, likewise.</param>
    /// <param name="headers">The headers.</param>
    public void Append(
        long timestamp, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value, params ReadOnlySpan<RecordHeader> headers) =>
        AppendAt(BaseOffset + _lastOffsetDelta + 1, timestamp, key, value, headers);

    /// <summary>Appends a record at an offset, leaving a gap as compaction does.</summary>
    /// <param name="offset">The offset, greater than that of the record before.</param>
    /// <param name="timestamp">ms since 1970, or -1.</param>
    /// <param name="key">The key, or null.</param>
    /// <param name="value">The value, or null.</param>
    /// <param name="headers">The headers.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset does not follow, or is too far from the first.</exception>
    public void AppendAt(
        long offset,
        long timestamp,
        ReadOnlyMemory<byte>? key,
        ReadOnlyMemory<byte>? value,
        params ReadOnlySpan<RecordHeader> headers)
    {
        int offsetDelta = NextDelta(offset);
        StartAt(timestamp);
        RecordEncoder.Write(_records, offsetDelta, timestamp - _baseTimestamp, key, value, headers);
        Added(offsetDelta, timestamp);
    }

    /// <summary>Appends a copy of a record of another batch at its own offset.</summary>
    /// <param name="record">The record.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset does not follow, or is too far from the first.</exception>
    public void Append(scoped in Record record)
    {
        int offsetDelta = NextDelta(record.Offset);
        StartAt(record.Timestamp);
        RecordEncoder.Write(_records, offsetDelta, record.Timestamp - _baseTimestamp, record);
        Added(offsetDelta, record.Timestamp);
    }

    /// <summary>Appends a control record at the next offset.</summary>
    /// <param name="timestamp">ms since 1970.</param>
    /// <param name="type">What it says.</param>
    /// <param name="value">Its value, in the encoding of its type.</param>
    /// <exception cref="InvalidOperationException">The batch is not a control batch.</exception>
    public void AppendControl(long timestamp, ControlRecordType type, ReadOnlyMemory<byte> value)
    {
        if (!IsControl)
        {
            throw new InvalidOperationException("Control records belong into control batches.");
        }

        Append(timestamp, ControlRecordTypes.Key(type), value);
    }

    /// <summary>The batch, compressed, with its checksum.</summary>
    /// <returns>A new array of exactly the batch's size.</returns>
    public byte[] Build()
    {
        if (Compression.Type == CompressionType.None)
        {
            return Build(_records.Written);
        }

        using PooledBufferWriter compressed = Compressed();
        return Build(compressed.Written);
    }

    /// <summary>Writes the batch, compressed, with its checksum, behind what a buffer holds.</summary>
    /// <param name="output">The buffer.</param>
    /// <returns>The batch's size, bytes.</returns>
    public int BuildTo(IBufferWriter<byte> output)
    {
        if (Compression.Type == CompressionType.None)
        {
            return BuildTo(output, _records.Written);
        }

        using PooledBufferWriter compressed = Compressed();
        return BuildTo(output, compressed.Written);
    }

    /// <summary>Forgets the records and keeps the settings.</summary>
    public void Clear()
    {
        _records.Clear();
        _baseTimestamp = RecordBatch.NoTimestamp;
        _maxTimestamp = RecordBatch.NoTimestamp;
        _lastOffsetDelta = -1;
        Count = 0;
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose() => _records.Dispose();

    // Not by ?: with null, whose type would be Memory, to which null converts as empty.
    private static ReadOnlyMemory<byte>? Nullable(byte[]? bytes) =>
        bytes is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(bytes);

    private PooledBufferWriter Compressed()
    {
        var compressed = new PooledBufferWriter(_records.Count);
        Compression.Compress(_records.Written, compressed);
        return compressed;
    }

    private byte[] Build(ReadOnlySpan<byte> payload)
    {
        byte[] batch = new byte[RecordBatch.HeaderSize + payload.Length];
        Write(batch, payload);
        return batch;
    }

    private int BuildTo(IBufferWriter<byte> output, ReadOnlySpan<byte> payload)
    {
        int size = RecordBatch.HeaderSize + payload.Length;
        Write(output.GetSpan(size)[..size], payload);
        output.Advance(size);
        return size;
    }

    private void Write(Span<byte> batch, ReadOnlySpan<byte> payload)
    {
        payload.CopyTo(batch[RecordBatch.HeaderSize..]);
        var header = new RecordBatchHeader
        {
            BaseOffset = BaseOffset,
            BatchLength = batch.Length - RecordBatch.LogOverhead,
            PartitionLeaderEpoch = PartitionLeaderEpoch,
            Magic = RecordBatch.CurrentMagic,
            Attributes = Attributes(),
            LastOffsetDelta = LastOffset is { } last ? checked((int)(last - BaseOffset)) : Math.Max(_lastOffsetDelta, 0),
            BaseTimestamp = _baseTimestamp,
            MaxTimestamp = LogAppendTimeMs ?? _maxTimestamp,
            ProducerId = ProducerId,
            ProducerEpoch = ProducerEpoch,
            BaseSequence = BaseSequence,
            RecordCount = Count,
        };
        header.Write(batch);
        RecordBatchPatch.UpdateCrc(batch);
    }

    private RecordBatchAttributes Attributes() => (RecordBatchAttributes)Compression.Type
        | (LogAppendTimeMs is null ? 0 : RecordBatchAttributes.LogAppendTime)
        | (IsTransactional ? RecordBatchAttributes.Transactional : 0)
        | (IsControl ? RecordBatchAttributes.Control : 0)
        | (DeleteHorizonMs is null ? 0 : RecordBatchAttributes.DeleteHorizon);

    private int NextDelta(long offset)
    {
        long delta = offset - BaseOffset;
        if (delta <= _lastOffsetDelta || delta > int.MaxValue)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset), offset, $"The offset does not follow {BaseOffset + _lastOffsetDelta} in the batch.");
        }

        return (int)delta;
    }

    private void StartAt(long timestamp)
    {
        if (Count == 0)
        {
            _baseTimestamp = DeleteHorizonMs ?? timestamp;
        }
    }

    private void Added(int offsetDelta, long timestamp)
    {
        _lastOffsetDelta = offsetDelta;
        _maxTimestamp = Math.Max(_maxTimestamp, timestamp);
        Count++;
    }
}
