using Compat.Replication.Metadata;
using Compat.Replication.Quorum;

namespace Compat.Replication.Tests.Quorum;

/// <summary>
/// A quorum without threads, disk or time: everything happens in the call that causes it, so a test has the same course
/// every time. Levers hold commits, elect and isolate nodes, and lose what is not committed.
/// </summary>
internal sealed class InMemoryCluster
{
    private readonly List<InMemoryQuorum> _nodes = [];
    private InMemoryQuorum? _leader;

    public List<CommittedBatch> Committed { get; } = [];

    public SortedDictionary<OffsetAndEpoch, (long TimestampMs, MetadataRecord[] Records)> Snapshots { get; } = [];

    public int Epoch { get; private set; }

    public bool HoldsCommits { get; private set; }

    public IReadOnlyList<MetadataRecord> Bootstrap { get; init; } = [];

    public long EndOffset => Committed.Count == 0 ? 0 : Committed[^1].LastOffset + 1;

    /// <summary>A node; made anew after its process ended.</summary>
    public InMemoryQuorum Node(int id)
    {
        _nodes.RemoveAll(node => node.NodeId == id);
        var node = new InMemoryQuorum(this, id);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Makes a node the leader of the next epoch. What former leaders have not committed is gone.</summary>
    public void Elect(InMemoryQuorum node)
    {
        _leader = node;
        Epoch++;
        Committed.Add(new CommittedBatch(EndOffset, EndOffset, Epoch, 0, 100, []));
        foreach (InMemoryQuorum each in _nodes)
        {
            each.Hear();
        }
    }

    public void HoldCommits() => HoldsCommits = true;

    public void ReleaseCommits()
    {
        HoldsCommits = false;
        _leader?.CommitPending();
    }

    public bool IsLeader(InMemoryQuorum node, int epoch) => ReferenceEquals(_leader, node) && Epoch == epoch;

    public LeaderAndEpoch Leader => new(_leader?.NodeId ?? -1, Epoch);

    public void Commit(IEnumerable<CommittedBatch> batches)
    {
        Committed.AddRange(batches);
        foreach (InMemoryQuorum each in _nodes)
        {
            each.Hear();
        }
    }

    public void StepDown(InMemoryQuorum node)
    {
        if (ReferenceEquals(_leader, node))
        {
            Elect(node);
        }
    }
}

/// <summary>One node of an <see cref="InMemoryCluster"/>.</summary>
internal sealed class InMemoryQuorum : IMetadataQuorum
{
    private readonly InMemoryCluster _cluster;
    private readonly List<CommittedBatch> _pending = [];
    private readonly List<(Proposal Proposal, TaskCompletionSource<ProposalOutcome> Waiter)> _waiters = [];
    private IMetadataQuorumListener? _listener;
    private int _heardBatches;
    private int _leaderEpoch;
    private bool _isTelling;
    private bool _isStopped;
    private bool _isIsolated;

    public InMemoryQuorum(InMemoryCluster cluster, int nodeId)
    {
        _cluster = cluster;
        NodeId = nodeId;
    }

    public int NodeId { get; }

    public LeaderAndEpoch Leader { get; private set; } = LeaderAndEpoch.None;

    public long HighWatermark { get; private set; }

    public IReadOnlyList<MetadataRecord> BootstrapRecords => _cluster.Bootstrap;

    public short KRaftVersion => 1;

    public OffsetAndEpoch? LatestSnapshot => _cluster.Snapshots.Count == 0 ? null : _cluster.Snapshots.Last().Key;

    public void Start(IMetadataQuorumListener listener)
    {
        _listener = listener;
        if (LatestSnapshot is { } latest)
        {
            (long timestampMs, MetadataRecord[] records) = _cluster.Snapshots[latest];
            listener.OnSnapshot(new MetadataSnapshot(latest, timestampMs, records));
            _heardBatches = _cluster.Committed.FindIndex(batch => batch.BaseOffset >= latest.Offset);
            _heardBatches = _heardBatches < 0 ? _cluster.Committed.Count : _heardBatches;
        }
        if (!_cluster.Leader.HasLeader || _cluster.Leader.LeaderId == NodeId)
        {
            _cluster.Elect(this);
        }
        Hear();
        listener.OnCommitted([]);
    }

    public Proposal Append(int epoch, IReadOnlyList<MetadataRecord> records)
    {
        if (_isStopped || !Leader.IsLeader(NodeId) || Leader.Epoch != epoch || _leaderEpoch != epoch)
        {
            return Proposal.NotLeader(epoch);
        }
        long baseOffset = _pending.Count == 0 ? _cluster.EndOffset : _pending[^1].LastOffset + 1;
        if (MetadataBatchCodec.Encode(baseOffset, epoch, 0, records) is not { } bytes)
        {
            return Proposal.TooLarge(epoch);
        }
        long lastOffset = baseOffset + records.Count - 1;
        _pending.Add(new CommittedBatch(baseOffset, lastOffset, epoch, 0, bytes.Length, [.. records]));
        if (!_cluster.HoldsCommits)
        {
            CommitPending();
        }
        return new Proposal(ProposalStatus.Appended, epoch, lastOffset);
    }

    public ValueTask<ProposalOutcome> WaitAsync(Proposal proposal, CancellationToken cancellation = default)
    {
        if (proposal.Status != ProposalStatus.Appended)
        {
            return new(ProposalOutcome.NotLeader);
        }
        if (_pending.Any(batch => batch.LastOffset == proposal.LastOffset && batch.Epoch == proposal.Epoch) && !_isStopped)
        {
            var waiter = new TaskCompletionSource<ProposalOutcome>();
            _waiters.Add((proposal, waiter));
            return new(waiter.Task.WaitAsync(cancellation));
        }
        return new(OutcomeOf(proposal));
    }

    public ValueTask<long?> ReadBarrierAsync(CancellationToken cancellation = default) =>
        new(_cluster.IsLeader(this, Leader.Epoch) && !_isIsolated ? HighWatermark : null);

    public void Resign(int epoch)
    {
        if (Leader == new LeaderAndEpoch(NodeId, epoch))
        {
            CommitPending();
            Leader = new LeaderAndEpoch(-1, epoch + 1);
            _listener?.OnLeaderChange(Leader);
            _cluster.StepDown(this);
        }
    }

    public IMetadataSnapshotWriter? CreateSnapshot(OffsetAndEpoch id, long lastContainedLogTimestampMs)
    {
        if (id.Offset > HighWatermark)
        {
            throw new ArgumentException("Past the high watermark.", nameof(id));
        }
        return LatestSnapshot is { } latest && latest.CompareTo(id) >= 0 ? null : new Writer(_cluster, id, lastContainedLogTimestampMs);
    }

    public QuorumDescription Describe() => new(Leader, HighWatermark, [], []);

    /// <summary>The node hears nothing, and nobody hears it.</summary>
    public void Isolate() => _isIsolated = true;

    /// <summary>It hears again; what it appended alone gives way.</summary>
    public void Heal()
    {
        _isIsolated = false;
        Hear();
    }

    /// <summary>The process ends: who waits does not know.</summary>
    public ValueTask DisposeAsync()
    {
        _isStopped = true;
        foreach ((_, TaskCompletionSource<ProposalOutcome> waiter) in _waiters)
        {
            waiter.TrySetResult(ProposalOutcome.OutcomeUnknown);
        }
        _waiters.Clear();
        _listener = null;
        return default;
    }

    /// <summary>The disk fails: nothing is committed by this node any more.</summary>
    public void Fail(Exception cause)
    {
        IMetadataQuorumListener? listener = _listener;
        _ = DisposeAsync();
        listener?.OnFatal(cause);
    }

    internal void CommitPending()
    {
        if (_isIsolated || _isStopped || _pending.Count == 0 || !_cluster.IsLeader(this, Leader.Epoch))
        {
            return;
        }
        CommittedBatch[] batches = [.. _pending];
        _pending.Clear();
        _cluster.Commit(batches);
    }

    internal void Hear()
    {
        // A listener that appends is told of that after it has returned.
        if (_listener is null || _isIsolated || _isTelling)
        {
            return;
        }
        _isTelling = true;
        try
        {
            while (_listener is not null && (_heardBatches < _cluster.Committed.Count || Leader != _cluster.Leader))
            {
                Tell(_listener);
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            _isTelling = false;
        }
        EndWaits();
    }

    private void Tell(IMetadataQuorumListener listener)
    {
        CommittedBatch[] batches = [.. _cluster.Committed.Skip(_heardBatches)];
        _heardBatches = _cluster.Committed.Count;
        HighWatermark = _cluster.EndOffset;
        if (batches.Length > 0)
        {
            listener.OnCommitted(batches);
        }
        if (Leader != _cluster.Leader)
        {
            _pending.Clear();
            Leader = _cluster.Leader;
            _leaderEpoch = Leader.Epoch;
            listener.OnLeaderChange(Leader);
        }
    }

    private void EndWaits()
    {
        foreach ((Proposal proposal, TaskCompletionSource<ProposalOutcome> waiter) in _waiters.ToArray())
        {
            if (!_pending.Any(batch => batch.LastOffset == proposal.LastOffset && batch.Epoch == proposal.Epoch))
            {
                waiter.TrySetResult(OutcomeOf(proposal));
            }
        }
        _waiters.RemoveAll(entry => entry.Waiter.Task.IsCompleted);
    }

    private ProposalOutcome OutcomeOf(Proposal proposal) =>
        _cluster.Committed.Any(batch => batch.Epoch == proposal.Epoch && batch.LastOffset == proposal.LastOffset)
            ? ProposalOutcome.Committed
            : _isStopped ? ProposalOutcome.OutcomeUnknown : ProposalOutcome.NotLeader;

    private sealed class Writer(InMemoryCluster cluster, OffsetAndEpoch id, long timestampMs) : IMetadataSnapshotWriter
    {
        private readonly List<MetadataRecord> _records = [];

        public void Append(IEnumerable<MetadataRecord> records) => _records.AddRange(records);

        public void Freeze() => cluster.Snapshots[id] = (timestampMs, [.. _records]);

        public void Dispose()
        {
        }
    }
}
