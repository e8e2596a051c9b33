using Compat.Log.Segments;
using Compat.Wire.Records;

namespace Compat.Log.Cleaning;

/// <summary>
/// Which transactions are under way as the cleaner walks a log from its beginning, and how they will end: what is below the
/// last stable offset is decided, and the transaction indexes say which were aborted. Records of those go; a marker may go
/// once nothing of its transaction is left before it.
/// </summary>
internal sealed class CleanedTransactions
{
    // Of the transactions that are under way here and were committed, the producers whose batches were seen.
    private readonly HashSet<long> _committed = [];
    private readonly Dictionary<long, UnderWay> _aborted = [];

    // Those that have not begun yet, by first offset.
    private readonly PriorityQueue<AbortedTransaction, long> _toCome = new();

    /// <summary>Makes aborted transactions known before the first of their batches is passed; the same one may come again.</summary>
    public void Add(params IEnumerable<AbortedTransaction> aborted)
    {
        foreach (AbortedTransaction transaction in aborted)
        {
            _toCome.Enqueue(transaction, transaction.FirstOffset);
        }
    }

    /// <summary>Makes the aborted transactions known that have records in a segment, as the indexes of it and later ones name them.</summary>
    /// <param name="segments">The segments of the log.</param>
    /// <param name="index">The segment, which is not the last one.</param>
    /// <param name="fromOffset">The first offset in it that matters.</param>
    public void AddAbortedIn(SegmentList segments, int index, long fromOffset)
    {
        List<AbortedTransaction> aborted = [];
        bool isComplete = false;
        for (int each = index; each < segments.Count && !isComplete; each++)
        {
            isComplete = segments[each].TransactionIndex.Collect(fromOffset, segments[index + 1].BaseOffset, aborted);
        }

        Add(aborted);
    }

    /// <summary>Passes a batch of records.</summary>
    /// <returns>Whether its transaction was aborted, so that its records can go.</returns>
    public bool Pass(in RecordBatch batch)
    {
        BeginUpTo(batch.LastOffset);
        if (!batch.IsTransactional)
        {
            return false;
        }

        if (_aborted.TryGetValue(batch.ProducerId, out UnderWay? transaction))
        {
            transaction.HasBatches = true;
            return true;
        }

        _committed.Add(batch.ProducerId);
        return false;
    }

    /// <summary>Passes a control batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="aborted">The transaction that its marker aborts, if batches of it are still in the log.</param>
    /// <returns>Whether nothing of its transaction is left, so that the marker can go in its time.</returns>
    public bool PassControl(in RecordBatch batch, out AbortedTransaction? aborted)
    {
        aborted = null;
        BeginUpTo(batch.LastOffset);
        switch (TypeOf(batch))
        {
            case ControlRecordType.Abort when _aborted.Remove(batch.ProducerId, out UnderWay? transaction) && transaction.HasBatches:
                aborted = transaction.Transaction;
                return false;
            case ControlRecordType.Commit:
                return !_committed.Remove(batch.ProducerId);
            case null or ControlRecordType.Abort:
                return true;
            default:
                return false;
        }
    }

    // Null for a batch that was emptied by an earlier cleaning.
    private static ControlRecordType? TypeOf(in RecordBatch batch)
    {
        foreach (Record record in batch.Records())
        {
            return ControlRecordTypes.Parse(record.Key);
        }

        return null;
    }

    private void BeginUpTo(long offset)
    {
        while (_toCome.TryPeek(out AbortedTransaction transaction, out long firstOffset) && firstOffset <= offset)
        {
            _toCome.Dequeue();
            _aborted.TryAdd(transaction.ProducerId, new UnderWay(transaction));
        }
    }

    private sealed class UnderWay(AbortedTransaction transaction)
    {
        public AbortedTransaction Transaction => transaction;

        public bool HasBatches { get; set; }
    }
}
