using System.Buffers;
using Compat.Wire.Records;

namespace Compat.Log.Cleaning;

/// <summary>
/// Copies what stays of a batch: the bytes as they are when all of it does, a batch made anew with the same offsets, sequence
/// numbers, times and headers when some of it does, and a header alone when only that is needed.
/// </summary>
/// <param name="filter">Decides.</param>
/// <param name="maxDecompressedBytes">How many bytes a batch may inflate to.</param>
/// <param name="newHorizonMs">When tombstones and markers may go that are met for the first time now, ms since 1970 (KIP-534).</param>
internal sealed class BatchFilter(CleanerFilter filter, int maxDecompressedBytes, long newHorizonMs)
{
    // Of the batch at hand, for each record whether it stays.
    private readonly List<bool> _kept = [];

    /// <summary>The records that were dropped because they have no key.</summary>
    public long KeylessRecords { get; private set; }

    /// <summary>Copies what stays of a batch behind what a buffer holds.</summary>
    /// <returns>How many records stay; the batch may stay without any.</returns>
    public int Copy(in RecordBatch batch, in RetentionDecision decision, IBufferWriter<byte> output)
    {
        if (decision.DropsRecords && !decision.KeepsEmpty)
        {
            return 0;
        }

        (int kept, bool hasTombstones) = decision.DropsRecords ? (0, false) : MarkKept(batch);
        bool needsHorizon = !batch.HasDeleteHorizon && (hasTombstones || decision.IsMarkerOfNothing);
        if (kept == 0)
        {
            if (decision.KeepsEmpty)
            {
                WriteEmpty(batch, output);
            }
        }
        else if (kept == batch.RecordCount && !needsHorizon)
        {
            output.Write(batch.Memory.Span);
        }
        else
        {
            Rebuild(batch, needsHorizon ? newHorizonMs : batch.DeleteHorizonMs, output);
        }

        return kept;
    }

    private (int Kept, bool HasTombstones) MarkKept(in RecordBatch batch)
    {
        _kept.Clear();
        bool hasTombstones = false;
        int count = 0;
        foreach (Record record in batch.Records(maxDecompressedBytes))
        {
            bool isKept = filter.Keeps(batch, record);
            _kept.Add(isKept);
            count += isKept ? 1 : 0;
            hasTombstones |= isKept && record.IsValueNull && filter.IsSeen(record);
            KeylessRecords += !isKept && record.IsKeyNull ? 1 : 0;
        }

        return (count, hasTombstones);
    }

    private static void WriteEmpty(in RecordBatch batch, IBufferWriter<byte> output)
    {
        RecordBatchHeader header = batch.Header with
        {
            BatchLength = RecordBatch.HeaderSize - RecordBatch.LogOverhead,
            Attributes = batch.Attributes & ~(RecordBatchAttributes.CompressionMask | RecordBatchAttributes.DeleteHorizon),
            BaseTimestamp = RecordBatch.NoTimestamp,
            RecordCount = 0,
        };
        Span<byte> bytes = output.GetSpan(RecordBatch.HeaderSize)[..RecordBatch.HeaderSize];
        header.Write(bytes);
        RecordBatchPatch.UpdateCrc(bytes);
        output.Advance(RecordBatch.HeaderSize);
    }

    private void Rebuild(in RecordBatch batch, long? horizonMs, IBufferWriter<byte> output)
    {
        using RecordBatchBuilder builder = new()
        {
            BaseOffset = batch.BaseOffset,
            LastOffset = batch.LastOffset,
            PartitionLeaderEpoch = batch.PartitionLeaderEpoch,
            Compression = Compression.Of(batch.CompressionType),
            LogAppendTimeMs = batch.TimestampType == TimestampType.LogAppendTime ? batch.MaxTimestamp : null,
            ProducerId = batch.ProducerId,
            ProducerEpoch = batch.ProducerEpoch,
            BaseSequence = batch.BaseSequence,
            IsTransactional = batch.IsTransactional,
            IsControl = batch.IsControl,
            DeleteHorizonMs = horizonMs,
        };
        int index = 0;
        foreach (Record record in batch.Records(maxDecompressedBytes))
        {
            if (_kept[index++])
            {
                builder.Append(record);
            }
        }

        builder.BuildTo(output);
    }
}
