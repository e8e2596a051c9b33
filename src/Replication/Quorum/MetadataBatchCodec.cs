using System.Buffers;
using Compat.Replication.Metadata;
using Compat.Wire.Records;

namespace Compat.Replication.Quorum;

/// <summary>Batches of metadata records as they are in the log and in snapshots.</summary>
public static class MetadataBatchCodec
{
    /// <summary>Largest batch, bytes, as in Kafka: followers fetch whole batches.</summary>
    public const int MaxBatchBytes = 8 * 1024 * 1024;

    /// <summary>Encodes records as one batch; null if it would exceed <see cref="MaxBatchBytes"/>.</summary>
    internal static byte[]? Encode(long baseOffset, int epoch, long timestampMs, IEnumerable<MetadataRecord> records)
    {
        using var batch = new RecordBatchBuilder { BaseOffset = baseOffset, PartitionLeaderEpoch = epoch };
        var value = new ArrayBufferWriter<byte>();
        foreach (MetadataRecord record in records)
        {
            Append(batch, timestampMs, record, value);
            if (batch.UncompressedSize > MaxBatchBytes)
            {
                return null;
            }
        }
        return batch.Build();
    }

    /// <summary>Adds a record to a batch.</summary>
    internal static void Append(RecordBatchBuilder batch, long timestampMs, MetadataRecord record, ArrayBufferWriter<byte> scratch)
    {
        scratch.ResetWrittenCount();
        MetadataRecordSerde.Write(record, scratch);
        batch.Append(timestampMs, default(ReadOnlyMemory<byte>?), scratch.WrittenMemory);
    }

    /// <summary>Decodes a batch of the log; a control batch has no records for the image.</summary>
    /// <exception cref="MetadataException">The batch is damaged.</exception>
    internal static CommittedBatch Decode(RecordBatch batch) => new(
        batch.BaseOffset,
        batch.LastOffset,
        batch.PartitionLeaderEpoch,
        batch.MaxTimestamp,
        batch.SizeInBytes,
        batch.IsControl ? [] : DecodeRecords(batch));

    /// <summary>Decodes the records of a batch.</summary>
    internal static List<MetadataRecord> DecodeRecords(RecordBatch batch)
    {
        ThrowIfDamaged(batch);
        var records = new List<MetadataRecord>(batch.RecordCount);
        foreach (Record record in batch.Records(MaxBatchBytes))
        {
            // A copy, because a record's bytes fields are slices of what it is read from.
            records.Add(MetadataRecordSerde.Read(record.Value.ToArray()));
        }
        return records;
    }

    /// <summary>Nothing may be served from a log that is not what was written.</summary>
    internal static void ThrowIfDamaged(RecordBatch batch)
    {
        if (!batch.IsCrcValid())
        {
            throw new MetadataException($"The metadata batch at offset {batch.BaseOffset} has a wrong checksum.");
        }
    }
}
