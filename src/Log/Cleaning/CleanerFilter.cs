using Compat.Log.Segments;
using Compat.Wire.Records;

namespace Compat.Log.Cleaning;

/// <summary>Decides what stays of a compacted log: the latest record of each key, and what readers and producers still need beside it.</summary>
/// <param name="map">The latest offset of each key of the part that is being cleaned.</param>
/// <param name="transactions">The transactions, which every batch is passed to, from the log's beginning on.</param>
/// <param name="nowMs">When this cleaning began, ms since 1970.</param>
internal sealed class CleanerFilter(OffsetMap map, CleanedTransactions transactions, long nowMs)
{
    /// <summary>The last records of the producers that are still active, by producer id.</summary>
    public IReadOnlyDictionary<long, LastRecord> LastRecords { get; set; } = new Dictionary<long, LastRecord>();

    /// <summary>The log's high watermark; the batch that ends there stays, because the log may end with it.</summary>
    public long HighWatermark { get; set; } = -1;

    /// <summary>Decides about a batch; each has to be passed once, in order.</summary>
    public RetentionDecision Decide(in RecordBatch batch)
    {
        AbortedTransaction? aborted = null;
        bool canGo = batch.IsControl ? transactions.PassControl(batch, out aborted) : transactions.Pass(batch);

        // A reader that has seen records of a transaction must come by its marker; the marker waits as long as a tombstone.
        bool dropsRecords = canGo && (!batch.IsControl || batch.DeleteHorizonMs <= nowMs);
        bool keepsEmpty = IsLastOfProducer(batch) || batch.NextOffset == HighWatermark;
        return new RetentionDecision(dropsRecords, keepsEmpty, canGo && batch.IsControl, aborted);
    }

    /// <summary>Whether a record stays; its batch is none of which all records go.</summary>
    public bool Keeps(in RecordBatch batch, scoped in Record record)
    {
        if (batch.IsControl || !IsSeen(record))
        {
            return true;
        }

        return !record.IsKeyNull && record.Offset >= map.OffsetOf(record.Key)
            && (!record.IsValueNull || batch.DeleteHorizonMs is not { } horizon || nowMs < horizon);
    }

    /// <summary>Whether the map judges a record. Only then have older records of its key gone, so that its time as a tombstone begins.</summary>
    public bool IsSeen(scoped in Record record) => record.Offset <= map.LatestOffset;

    // Its header has the producer's last sequence number; without any batch of records the last marker has its epoch.
    private bool IsLastOfProducer(in RecordBatch batch) => batch.HasProducerId
        && LastRecords.TryGetValue(batch.ProducerId, out LastRecord last)
        && (last.Offset >= 0 ? batch.LastOffset == last.Offset : batch.IsControl && batch.ProducerEpoch == last.Epoch);
}
