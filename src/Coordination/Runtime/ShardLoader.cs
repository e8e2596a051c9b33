using Compat.Wire;
using Compat.Wire.Records;
using Microsoft.Extensions.Logging;

namespace Compat.Coordination.Runtime;

/// <summary>
/// Applies a log to a shard. What cannot be read is passed over and told in the log: one bad record does not take the other
/// groups of its partition away.
/// </summary>
internal sealed class ShardLoader(ICoordinatorLog log, ICoordinatorShard shard, RuntimeOptions options, int partition, ILogger logger)
{
    // No record that a coordinator writes comes near; a batch that claims more is corrupt.
    private const int MaxDecompressedBytes = 256 << 20;

    /// <summary>The records applied.</summary>
    public long Records { get; private set; }

    /// <summary>Applies the log to its end.</summary>
    /// <param name="isWanted">Asked at every batch: false when the partition has gone elsewhere.</param>
    /// <returns>False when the log is not wanted any more.</returns>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public bool TryLoad(Func<bool> isWanted)
    {
        foreach (RecordBatch batch in log.ReadBatches())
        {
            if (!isWanted())
            {
                return false;
            }

            TryApply(batch);
        }

        return true;
    }

    private void TryApply(RecordBatch batch)
    {
        if (!batch.IsCrcValid())
        {
            RuntimeLog.BatchCorrupt(logger, null, options.Name, partition, batch.BaseOffset, batch.LastOffset);
            return;
        }

        try
        {
            Apply(batch);
        }
        catch (WireFormatException failure)
        {
            RuntimeLog.BatchCorrupt(logger, failure, options.Name, partition, batch.BaseOffset, batch.LastOffset);
        }
    }

    private void Apply(RecordBatch batch)
    {
        foreach (Record record in batch.Records(MaxDecompressedBytes))
        {
            if (batch.IsControl)
            {
                ApplyControl(batch, record);
            }
            else
            {
                ApplyOne(batch, record);
            }

            Records++;
        }
    }

    private void ApplyControl(RecordBatch batch, Record record)
    {
        ControlRecordType type = ControlRecordTypes.Parse(record.Key);
        if (type is ControlRecordType.Commit or ControlRecordType.Abort)
        {
            shard.ApplyTransactionEnd(batch.ProducerId, type == ControlRecordType.Commit);
        }
    }

    private void ApplyOne(RecordBatch batch, Record record)
    {
        try
        {
            // Not by ?: with null, whose type would be Memory, to which null converts as empty.
            ReadOnlyMemory<byte>? value = record.IsValueNull ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(record.Value.ToArray());
            CoordinatorRecord? applied = shard.Read(record.Key.ToArray(), value);
            if (applied is not null)
            {
                // Outside of a transaction the producer, if there is one at all, does not matter.
                long producerId = batch.IsTransactional ? batch.ProducerId : RecordBatch.NoProducerId;
                shard.Apply(applied, new RecordPosition(record.Offset, producerId, batch.ProducerEpoch));
            }
        }
        catch (WireFormatException failure)
        {
            RuntimeLog.RecordUnreadable(logger, failure, options.Name, partition, record.Offset);
        }
    }
}
