using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Producers;

/// <summary>What the control record that ends a transaction says (KIP-98).</summary>
/// <param name="IsCommit">Whether it commits; else it aborts.</param>
/// <param name="CoordinatorEpoch">The epoch of the coordinator that wrote it.</param>
/// <param name="Timestamp">When it was written, ms.</param>
internal readonly record struct TransactionMarker(bool IsCommit, int CoordinatorEpoch, long Timestamp)
{
    /// <summary>
    /// Reads the marker of a control batch. False when the batch is empty, as compaction leaves it, or holds another
    /// control record.
    /// </summary>
    public static bool TryRead(in RecordBatch batch, out TransactionMarker marker)
    {
        marker = default;
        try
        {
            foreach (Record record in batch.Records())
            {
                return TryRead(record, out marker);
            }
        }
        catch (WireFormatException)
        {
            // A checksum says that this was written so; it ends no transaction that anybody could name.
        }

        return false;
    }

    private static bool TryRead(scoped in Record record, out TransactionMarker marker)
    {
        marker = default;
        if (ControlRecordTypes.Parse(record.Key) is not (ControlRecordType.Commit or ControlRecordType.Abort))
        {
            return false;
        }

        EndTransactionMarker read = EndTransactionMarker.Read(record);
        marker = new TransactionMarker(read.Type == ControlRecordType.Commit, read.CoordinatorEpoch, record.Timestamp);
        return true;
    }
}
