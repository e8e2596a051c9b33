using System.Buffers.Binary;
using Layout = Compat.Wire.Records.RecordBatchLayout;

namespace Compat.Wire.Records;

/// <summary>
/// The 61 bytes at the head of a batch of magic 2 (KIP-98), read as they stand: nothing is checked but that they are
/// there. Reading a batch of another magic gives meaningless values behind <see cref="Magic"/>.
/// </summary>
public readonly record struct RecordBatchHeader
{
    /// <summary>The offset of the batch's first record, also when compaction has removed that record.</summary>
    public long BaseOffset { get; init; }

    /// <summary>The bytes of the batch behind the length field; see <see cref="SizeInBytes"/>.</summary>
    public int BatchLength { get; init; }

    /// <summary>The epoch of the leader that wrote the batch, or -1. Not covered by the checksum.</summary>
    public int PartitionLeaderEpoch { get; init; }

    /// <summary>The format of the batch: 2.</summary>
    public sbyte Magic { get; init; }

    /// <summary>The CRC-32C of everything from the attributes to the end of the batch.</summary>
    public uint Crc { get; init; }

    /// <summary>The attributes as they stand.</summary>
    public RecordBatchAttributes Attributes { get; init; }

    /// <summary>The last record's offset less the first's.</summary>
    public int LastOffsetDelta { get; init; }

    /// <summary>The timestamp the records' deltas count from, ms since 1970; with a delete horizon, that horizon.</summary>
    public long BaseTimestamp { get; init; }

    /// <summary>The greatest timestamp, or the append time with LogAppendTime; ms since 1970, or -1.</summary>
    public long MaxTimestamp { get; init; }

    /// <summary>The producer's id, or <see cref="RecordBatch.NoProducerId"/>.</summary>
    public long ProducerId { get; init; }

    /// <summary>The producer's epoch, or <see cref="RecordBatch.NoProducerEpoch"/>.</summary>
    public short ProducerEpoch { get; init; }

    /// <summary>The sequence number of the first record, or <see cref="RecordBatch.NoSequence"/>.</summary>
    public int BaseSequence { get; init; }

    /// <summary>The number of records, as declared.</summary>
    public int RecordCount { get; init; }

    /// <summary>The size of the whole batch, header included. May exceed what a hostile sender sent.</summary>
    public long SizeInBytes => (long)RecordBatch.LogOverhead + BatchLength;

    /// <summary>The codec; values above <see cref="CompressionType.Zstd"/> are not defined.</summary>
    public CompressionType CompressionType => (CompressionType)(Attributes & RecordBatchAttributes.CompressionMask);

    /// <summary>Who set the timestamps.</summary>
    public TimestampType TimestampType =>
        (Attributes & RecordBatchAttributes.LogAppendTime) != 0 ? TimestampType.LogAppendTime : TimestampType.CreateTime;

    /// <summary>Whether the records belong to a transaction.</summary>
    public bool IsTransactional => (Attributes & RecordBatchAttributes.Transactional) != 0;

    /// <summary>Whether the records are control records.</summary>
    public bool IsControl => (Attributes & RecordBatchAttributes.Control) != 0;

    /// <summary>Whether <see cref="BaseTimestamp"/> is a delete horizon (KIP-534).</summary>
    public bool HasDeleteHorizon => (Attributes & RecordBatchAttributes.DeleteHorizon) != 0;

    /// <summary>When tombstones and markers of the batch may go, ms since 1970; null without a horizon.</summary>
    public long? DeleteHorizonMs => HasDeleteHorizon ? BaseTimestamp : null;

    /// <summary>Whether a producer id is set, that is, the batch comes from an idempotent producer.</summary>
    public bool HasProducerId => ProducerId > RecordBatch.NoProducerId;

    /// <summary>The offset of the last record.</summary>
    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>The offset that follows the batch.</summary>
    public long NextOffset => LastOffset + 1;

    /// <summary>The sequence number of the last record, wrapping from 2^31-1 to 0; NoSequence without one.</summary>
    public int LastSequence => BaseSequence == RecordBatch.NoSequence
        ? RecordBatch.NoSequence
        : RecordBatch.IncrementSequence(BaseSequence, LastOffsetDelta);

    /// <summary>Reads a header.</summary>
    /// <param name="source">At least <see cref="RecordBatch.HeaderSize"/> bytes; the rest is ignored.</param>
    /// <exception cref="WireFormatException">There are fewer bytes.</exception>
    public static RecordBatchHeader Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < RecordBatch.HeaderSize)
        {
            throw new WireFormatException($"A record batch header needs {RecordBatch.HeaderSize} bytes, there are {source.Length}.");
        }

        return new RecordBatchHeader
        {
            BaseOffset = BinaryPrimitives.ReadInt64BigEndian(source),
            BatchLength = BinaryPrimitives.ReadInt32BigEndian(source[Layout.BatchLength..]),
            PartitionLeaderEpoch = BinaryPrimitives.ReadInt32BigEndian(source[Layout.PartitionLeaderEpoch..]),
            Magic = (sbyte)source[Layout.Magic],
            Crc = BinaryPrimitives.ReadUInt32BigEndian(source[Layout.Crc..]),
            Attributes = (RecordBatchAttributes)BinaryPrimitives.ReadInt16BigEndian(source[Layout.Attributes..]),
            LastOffsetDelta = BinaryPrimitives.ReadInt32BigEndian(source[Layout.LastOffsetDelta..]),
            BaseTimestamp = BinaryPrimitives.ReadInt64BigEndian(source[Layout.BaseTimestamp..]),
            MaxTimestamp = BinaryPrimitives.ReadInt64BigEndian(source[Layout.MaxTimestamp..]),
            ProducerId = BinaryPrimitives.ReadInt64BigEndian(source[Layout.ProducerId..]),
            ProducerEpoch = BinaryPrimitives.ReadInt16BigEndian(source[Layout.ProducerEpoch..]),
            BaseSequence = BinaryPrimitives.ReadInt32BigEndian(source[Layout.BaseSequence..]),
            RecordCount = BinaryPrimitives.ReadInt32BigEndian(source[Layout.RecordCount..]),
        };
    }

    /// <summary>Writes the header as it stands, the checksum included.</summary>
    /// <param name="destination">At least <see cref="RecordBatch.HeaderSize"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        destination = destination[..RecordBatch.HeaderSize];
        BinaryPrimitives.WriteInt64BigEndian(destination, BaseOffset);
        BinaryPrimitives.WriteInt32BigEndian(destination[Layout.BatchLength..], BatchLength);
        BinaryPrimitives.WriteInt32BigEndian(destination[Layout.PartitionLeaderEpoch..], PartitionLeaderEpoch);
        destination[Layout.Magic] = (byte)Magic;
        BinaryPrimitives.WriteUInt32BigEndian(destination[Layout.Crc..], Crc);
        BinaryPrimitives.WriteInt16BigEndian(destination[Layout.Attributes..], (short)Attributes);
        BinaryPrimitives.WriteInt32BigEndian(destination[Layout.LastOffsetDelta..], LastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(destination[Layout.BaseTimestamp..], BaseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(destination[Layout.MaxTimestamp..], MaxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(destination[Layout.ProducerId..], ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(destination[Layout.ProducerEpoch..], ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(destination[Layout.BaseSequence..], BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(destination[Layout.RecordCount..], RecordCount);
    }
}
