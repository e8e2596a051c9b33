using Compat.Wire.Records;

namespace Compat.Replication.Quorum;

/// <summary>
/// Tells the listener of snapshots, committed batches and leaders, in the order of the log, on one logical thread beside the
/// quorum. What this node has appended itself is kept until it is told, so that a leader need not read its own log.
/// </summary>
internal sealed class CommittedFeed
{
    private readonly Lock _gate = new();
    private readonly Lock _delivery = new();
    private readonly MetadataLog _log;
    private readonly Queue<CommittedBatch> _own = new();
    private readonly Queue<(LeaderAndEpoch Leader, long EpochStartOffset)> _leaders = new();
    private readonly SerialWorker _worker;
    private IMetadataQuorumListener? _listener;
    private long _highWatermark;
    private long _nextOffset = -1;
    private Exception? _fatal;
    private bool _isOver;

    public CommittedFeed(MetadataLog log)
    {
        _log = log;
        _worker = new SerialWorker(Deliver);
    }

    /// <summary>Told of what the listener has thrown.</summary>
    public required Action<Exception> Failed { get; init; }

    /// <summary>Tells everything that is known by now, and from then on the rest.</summary>
    public void Start(IMetadataQuorumListener listener)
    {
        lock (_delivery)
        {
            _listener = listener;
            Deliver();
        }
    }

    /// <summary>Notes a batch that this node appends as the leader.</summary>
    public void AddOwn(CommittedBatch batch)
    {
        lock (_gate)
        {
            _own.Enqueue(batch);
        }
    }

    /// <summary>Another leads: what was appended may be replaced.</summary>
    public void ForgetOwn()
    {
        lock (_gate)
        {
            _own.Clear();
        }
    }

    /// <param name="leader">Another leader or epoch.</param>
    /// <param name="epochStartOffset">For this node itself: the offset that is told first.</param>
    public void AddLeader(LeaderAndEpoch leader, long epochStartOffset)
    {
        lock (_gate)
        {
            // Who has not been told that it leads, and does not any more, need not know.
            while (_leaders.TryPeek(out (LeaderAndEpoch Leader, long EpochStartOffset) waiting) && waiting.EpochStartOffset >= 0)
            {
                _leaders.Dequeue();
            }
            _leaders.Enqueue((leader, epochStartOffset));
        }
        _worker.Signal();
    }

    /// <summary>Everything below an offset is committed.</summary>
    public void Commit(long highWatermark)
    {
        lock (_gate)
        {
            _highWatermark = highWatermark;
        }
        _worker.Signal();
    }

    /// <summary>Ends with a reason; nothing else is told any more.</summary>
    public void Fail(Exception cause)
    {
        lock (_gate)
        {
            _fatal ??= cause;
        }
        _worker.Signal();
    }

    /// <summary>Returns when everything is told.</summary>
    public Task DrainAsync() => _worker.DrainAsync();

    private void Deliver()
    {
        lock (_delivery)
        {
            if (_listener is not { } listener || _isOver)
            {
                return;
            }
            try
            {
                while (TakeFatal() is null && DeliverNext(listener))
                {
                }
            }
            catch (Exception e)
            {
                // A listener that does not follow the log any more must not serve: the process ends.
                lock (_gate)
                {
                    _fatal ??= e;
                }
                Failed(e);
            }
            if (TakeFatal() is { } fatal)
            {
                _isOver = true;
                listener.OnFatal(fatal);
            }
        }
    }

    private Exception? TakeFatal()
    {
        lock (_gate)
        {
            return _fatal;
        }
    }

    private bool DeliverNext(IMetadataQuorumListener listener)
    {
        long highWatermark = HighWatermark();
        if (_nextOffset < _log.StartOffset || _nextOffset < 0)
        {
            bool isStart = _nextOffset < 0;
            DeliverSnapshot(listener);
            if (isStart)
            {
                // Even if nothing follows the snapshot, its state is complete now.
                DeliverCommitted(listener, highWatermark);
            }
            return true;
        }
        if (_nextOffset < highWatermark)
        {
            DeliverCommitted(listener, highWatermark);
            return true;
        }
        if (TryTakeLeader(out LeaderAndEpoch leader))
        {
            listener.OnLeaderChange(leader);
            return true;
        }
        return false;
    }

    private void DeliverSnapshot(IMetadataQuorumListener listener)
    {
        if (_log.Snapshots.Latest is not { } latest)
        {
            _nextOffset = 0;
            return;
        }
        listener.OnSnapshot(_log.Snapshots.Read(latest).Snapshot);
        _nextOffset = latest.Offset;
    }

    private void DeliverCommitted(IMetadataQuorumListener listener, long highWatermark)
    {
        listener.OnCommitted(Committed(_nextOffset, highWatermark));
        _nextOffset = Math.Max(_nextOffset, highWatermark);
    }

    private IEnumerable<CommittedBatch> Committed(long fromOffset, long highWatermark)
    {
        long next = fromOffset;
        while (next < highWatermark && TryTakeOwn(next, highWatermark) is { } own)
        {
            yield return own;
            next = own.LastOffset + 1;
        }
        if (next >= highWatermark)
        {
            yield break;
        }
        foreach (RecordBatch batch in _log.ReadBatches(next))
        {
            if (batch.LastOffset >= highWatermark)
            {
                yield break;
            }
            yield return MetadataBatchCodec.Decode(batch);
        }
    }

    private CommittedBatch? TryTakeOwn(long offset, long highWatermark)
    {
        lock (_gate)
        {
            while (_own.TryPeek(out CommittedBatch? first) && first.BaseOffset < offset)
            {
                _own.Dequeue();
            }
            return _own.TryPeek(out CommittedBatch? own) && own.BaseOffset == offset && own.LastOffset < highWatermark ? _own.Dequeue() : null;
        }
    }

    private bool TryTakeLeader(out LeaderAndEpoch leader)
    {
        lock (_gate)
        {
            bool isDue = _leaders.TryPeek(out (LeaderAndEpoch Leader, long EpochStartOffset) next) && next.EpochStartOffset < _nextOffset;
            leader = isDue ? _leaders.Dequeue().Leader : default;
            return isDue;
        }
    }

    private long HighWatermark()
    {
        lock (_gate)
        {
            return _highWatermark;
        }
    }
}
