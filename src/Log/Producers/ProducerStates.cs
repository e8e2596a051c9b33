using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Producers;

/// <summary>
/// What a partition knows of the producers that append to it with an id: enough to refuse or recognise what they send
/// again, and to tell which offsets are not decided yet. It is a state replayed from the log and equals the log up to
/// <see cref="EndOffset"/>.
/// </summary>
/// <remarks>Not safe for several threads; the log's lock covers it.</remarks>
internal sealed class ProducerStates
{
    private readonly Dictionary<long, ProducerState> _producers = [];
    private readonly OpenTransactions _transactions = new();

    /// <summary>The offset up to which the log is reflected here.</summary>
    public long EndOffset { get; set; }

    /// <summary>The number of producers known.</summary>
    public int Count => _producers.Count;

    /// <summary>The producers known, in no particular order.</summary>
    public IReadOnlyCollection<ProducerState> Producers => _producers.Values;

    /// <summary>
    /// The first offset whose fate a reader of committed records cannot know yet, because its transaction is open or its
    /// marker may still be lost; -1 when there is none.
    /// </summary>
    public long FirstUnstableOffset => _transactions.FirstUnstableOffset;

    /// <summary>Whether the producer has a transaction open with this epoch.</summary>
    public bool HasOpenTransaction(long producerId, short epoch) =>
        _producers.TryGetValue(producerId, out ProducerState? state) && state.IsInTransaction && state.Epoch == epoch;

    /// <summary>What is known of a producer, or null.</summary>
    public ProducerState? Find(long producerId) => _producers.GetValueOrDefault(producerId);

    /// <summary>Checks whether a batch may be appended. Nothing changes.</summary>
    /// <param name="batch">The batch; it has a producer id.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="transactionVersion">The transaction protocol's version, for markers.</param>
    /// <param name="duplicate">The batch it repeats, when the answer is <see cref="ErrorCode.DuplicateSequenceNumber"/>.</param>
    public ErrorCode Check(in RecordBatch batch, AppendOrigin origin, short transactionVersion, out ProducerBatch duplicate)
    {
        duplicate = default;
        ProducerState? state = Find(batch.ProducerId);
        if (batch.IsControl)
        {
            return TransactionMarker.TryRead(batch, out TransactionMarker marker)
                ? ProducerCheck.CheckMarker(state, batch.Header, marker.CoordinatorEpoch, origin, transactionVersion)
                : ErrorCode.None;
        }

        if (origin == AppendOrigin.Client && state is not null
            && state.TryFindDuplicate(batch.ProducerEpoch, batch.BaseSequence, batch.LastSequence, out duplicate))
        {
            return ErrorCode.DuplicateSequenceNumber;
        }

        return ProducerCheck.CheckData(state, batch.Header, origin);
    }

    /// <summary>Applies a batch that is in the log.</summary>
    /// <returns>The transaction that it ended, if it is a marker that ended one with records in this partition.</returns>
    public EndedTransaction? Apply(in RecordBatch batch)
    {
        EndedTransaction? ended = null;
        if (batch.HasProducerId)
        {
            ended = batch.IsControl ? ApplyMarker(batch) : ApplyData(batch.Header);
        }

        EndOffset = batch.NextOffset;
        return ended;
    }

    /// <summary>
    /// The last stable offset that holds once a transaction is ended: the first record of another open one, or what
    /// follows the marker.
    /// </summary>
    public long LastStableOffsetAfter(EndedTransaction ended) =>
        _transactions.FirstOpenOffsetOfOthers(ended.ProducerId) ?? ended.LastOffset + 1;

    /// <summary>Notes that markers below an offset can no longer be lost.</summary>
    public void OnHighWatermark(long highWatermark) => _transactions.Forget(highWatermark);

    /// <summary>Forgets the producers that have been idle for too long; one with an open transaction never is.</summary>
    public void RemoveExpired(long nowMs, long expirationMs)
    {
        foreach (ProducerState state in _producers.Values)
        {
            if (IsExpired(state, nowMs, expirationMs))
            {
                _producers.Remove(state.ProducerId);
            }
        }
    }

    /// <summary>Forgets everything and goes on at an offset.</summary>
    public void Reset(long offset)
    {
        _producers.Clear();
        _transactions.Clear();
        EndOffset = offset;
    }

    /// <summary>Forgets everything and takes over what a snapshot at an offset says.</summary>
    public void Load(IEnumerable<ProducerState> producers, long offset, long nowMs, long expirationMs)
    {
        Reset(offset);
        foreach (ProducerState state in producers)
        {
            if (IsExpired(state, nowMs, expirationMs))
            {
                continue;
            }

            _producers[state.ProducerId] = state;
            if (state.IsInTransaction)
            {
                _transactions.Begin(state.ProducerId, state.TransactionFirstOffset);
            }
        }
    }

    private static bool IsExpired(ProducerState state, long nowMs, long expirationMs) =>
        !state.IsInTransaction && nowMs - state.LastTimestamp >= expirationMs;

    private EndedTransaction? ApplyData(in RecordBatchHeader header)
    {
        ProducerState state = GetOrAdd(header.ProducerId);
        state.Add(header.ProducerEpoch, new ProducerBatch(
            header.LastSequence, header.LastOffset, header.LastOffsetDelta, header.MaxTimestamp));
        if (header.IsTransactional && !state.IsInTransaction)
        {
            state.BeginTransaction(header.BaseOffset);
            _transactions.Begin(header.ProducerId, header.BaseOffset);
        }

        return null;
    }

    private EndedTransaction? ApplyMarker(in RecordBatch batch)
    {
        // Compaction may leave an empty batch of a marker behind.
        if (!TransactionMarker.TryRead(batch, out TransactionMarker marker))
        {
            return null;
        }

        ProducerState state = GetOrAdd(batch.ProducerId);
        long firstOffset = state.TransactionFirstOffset;
        state.EndTransaction(batch.ProducerEpoch, marker.CoordinatorEpoch, marker.Timestamp);
        if (firstOffset == ProducerState.NoOffset)
        {
            return null;
        }

        _transactions.End(firstOffset, batch.BaseOffset);
        return new EndedTransaction(batch.ProducerId, firstOffset, batch.BaseOffset, !marker.IsCommit);
    }

    private ProducerState GetOrAdd(long producerId)
    {
        if (!_producers.TryGetValue(producerId, out ProducerState? state))
        {
            state = new ProducerState(producerId);
            _producers.Add(producerId, state);
        }

        return state;
    }
}

/// <summary>A transaction that a marker has ended in this partition.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="FirstOffset">Its first record.</param>
/// <param name="LastOffset">The marker.</param>
/// <param name="IsAborted">Whether the marker aborts it.</param>
internal readonly record struct EndedTransaction(long ProducerId, long FirstOffset, long LastOffset, bool IsAborted);
