using Compat.Log;
using Compat.Replication.Metadata;
using Compat.Wire.Records;

namespace Compat.Replication.Quorum;

/// <summary>
/// KRaft with one voter: what is on this node's disk is committed. Appends go to the log at once and are flushed beside
/// the requests, so that one flush commits everything that was appended while the flush before it was under way.
/// There is nobody to elect, so it leads as soon as it has started.
/// </summary>
/// <remarks>
/// Two workers: one flushes and commits, the other calls the listener, so that commits do not wait for a listener that
/// makes ten thousand partitions. Neither the listener nor a flush is called under the lock.
/// </remarks>
public sealed class SingleVoterQuorum : IMetadataQuorum
{
    private readonly Lock _gate = new();
    private readonly Lock _delivery = new();
    private readonly MetadataQuorumOptions _options;
    private readonly LogContext _context;
    private readonly MetadataLog _log;
    private readonly QuorumStateFile _stateFile;
    private readonly OffsetWaiters<ProposalOutcome> _waiters = new(ProposalOutcome.Committed);
    private readonly Queue<PendingEvent> _uncommitted = new();
    private readonly Queue<PendingEvent> _undelivered = new();
    private readonly SerialWorker _flusher;
    private readonly SerialWorker _deliverer;
    private IMetadataQuorumListener? _listener;
    private VoterSet _voters = VoterSet.Empty;
    private LeaderAndEpoch _leader = LeaderAndEpoch.None;
    private long _highWatermark;
    private bool _isStopped;
    private bool _isDisposed;
    private Exception? _fatal;

    /// <summary>Opens the log in the node's metadata directory, and formats the directory if it is new.</summary>
    /// <exception cref="MetadataException">The log is damaged, or of a quorum with other voters.</exception>
    /// <exception cref="IOException">The device fails.</exception>
    public SingleVoterQuorum(MetadataQuorumOptions options, LogContext context)
    {
        _options = options;
        _context = context;
        _flusher = new SerialWorker(FlushAndCommit);
        _deliverer = new SerialWorker(Deliver);
        _log = MetadataLog.Open(options, context);
        _stateFile = new QuorumStateFile(context.Storage, _log.DirectoryPath);
        Format();
    }

    /// <inheritdoc/>
    public int NodeId => _options.NodeId;

    /// <inheritdoc/>
    public LeaderAndEpoch Leader
    {
        get
        {
            lock (_gate)
            {
                return _leader;
            }
        }
    }

    /// <inheritdoc/>
    public long HighWatermark => Interlocked.Read(ref _highWatermark);

    /// <inheritdoc/>
    public IReadOnlyList<MetadataRecord> BootstrapRecords { get; private set; } = [];

    /// <inheritdoc/>
    public short KRaftVersion => _voters.KRaftVersion;

    /// <inheritdoc/>
    public OffsetAndEpoch? LatestSnapshot => _log.Snapshots.Latest;

    private long NowMs => _context.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public void Start(IMetadataQuorumListener listener)
    {
        lock (_delivery)
        {
            _listener = listener;
            long replayFrom = LoadSnapshot(listener);
            bool hasVoters = ReadVoters(replayFrom);
            lock (_gate)
            {
                BecomeLeader(Math.Max(_stateFile.Read().LeaderEpoch, _log.LastEpoch) + 1, includeVoters: !hasVoters);
                _uncommitted.Clear();
            }
            _log.Flush();
            Commit(_log.EndOffset);
            listener.OnCommitted(_log.ReadBatches(replayFrom).Select(MetadataBatchCodec.Decode));
            listener.OnLeaderChange(Leader);
        }
    }

    /// <inheritdoc/>
    public Proposal Append(int epoch, IReadOnlyList<MetadataRecord> records)
    {
        lock (_gate)
        {
            if (_isStopped || !_leader.IsLeader(NodeId) || _leader.Epoch != epoch)
            {
                return Proposal.NotLeader(epoch);
            }
            long baseOffset = _log.EndOffset;
            long nowMs = NowMs;
            if (MetadataBatchCodec.Encode(baseOffset, epoch, nowMs, records) is not { } batch)
            {
                return Proposal.TooLarge(epoch);
            }
            try
            {
                _log.Append(batch, epoch);
            }
            catch (IOException e)
            {
                Stop(e);
                return Proposal.NotLeader(epoch);
            }
            long lastOffset = baseOffset + records.Count - 1;
            _uncommitted.Enqueue(new PendingEvent(
                lastOffset, new CommittedBatch(baseOffset, lastOffset, epoch, nowMs, batch.Length, records), null));
            _flusher.Signal();
            return new Proposal(ProposalStatus.Appended, epoch, lastOffset);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ProposalOutcome> WaitAsync(Proposal proposal, CancellationToken cancellation = default) =>
        proposal.Status == ProposalStatus.Appended
            ? _waiters.WaitAsync(proposal.LastOffset, cancellation)
            : new ValueTask<ProposalOutcome>(ProposalOutcome.NotLeader);

    /// <inheritdoc/>
    public ValueTask<long?> ReadBarrierAsync(CancellationToken cancellation = default) =>
        new(Leader.IsLeader(NodeId) ? HighWatermark : null);

    /// <summary>
    /// Gives up the leadership of an epoch, to begin the next one at once. What was appended before still commits: it
    /// is in the log, and there is no other leader that could remove it.
    /// </summary>
    public void Resign(int epoch)
    {
        lock (_gate)
        {
            if (_isStopped || !_leader.IsLeader(NodeId) || _leader.Epoch != epoch)
            {
                return;
            }
            _undelivered.Enqueue(new PendingEvent(-1, null, new LeaderAndEpoch(-1, epoch + 1)));
            try
            {
                BecomeLeader(epoch + 1, includeVoters: false);
            }
            catch (IOException e)
            {
                Stop(e);
            }
        }
        _deliverer.Signal();
        _flusher.Signal();
    }

    /// <inheritdoc/>
    public IMetadataSnapshotWriter? CreateSnapshot(OffsetAndEpoch id, long lastContainedLogTimestampMs)
    {
        if (id.Offset > HighWatermark)
        {
            throw new ArgumentException($"A snapshot up to {id.Offset} would pass the high watermark {HighWatermark}.", nameof(id));
        }
        return LatestSnapshot is { } latest && latest.CompareTo(id) >= 0
            ? null
            : _log.CreateSnapshot(id, lastContainedLogTimestampMs, _voters);
    }

    /// <inheritdoc/>
    public QuorumDescription Describe()
    {
        var self = new QuorumVoter(
            NodeId, _options.DirectoryId, _log.EndOffset, NowMs, NowMs, _options.Endpoints);
        return new QuorumDescription(Leader, HighWatermark, [self]);
    }

    /// <summary>Commits what was appended, lets the listener see it, and closes the log.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }
            (_isDisposed, _isStopped) = (true, true);
        }
        await _flusher.DrainAsync().ConfigureAwait(false);
        await _deliverer.DrainAsync().ConfigureAwait(false);
        _waiters.End(ProposalOutcome.OutcomeUnknown);
        _log.Close();
    }

    private void Format()
    {
        var self = new Voter(NodeId, _options.DirectoryId, _options.Endpoints);
        if (_log.Snapshots.HasBootstrap)
        {
            (MetadataSnapshot bootstrap, _voters) = _log.Snapshots.Read(OffsetAndEpoch.Bootstrap);
            BootstrapRecords = [.. bootstrap.Records];
        }
        else if (_log.EndOffset == 0 && _log.Snapshots.Latest is null)
        {
            _voters = new VoterSet(1, [self]);
            using SnapshotFileWriter writer = _log.CreateSnapshot(OffsetAndEpoch.Bootstrap, NowMs, _voters);
            writer.Append(_options.BootstrapRecords);
            writer.Freeze();
        }
        BootstrapRecords = BootstrapRecords.Count > 0 ? BootstrapRecords : _options.BootstrapRecords;
    }

    private long LoadSnapshot(IMetadataQuorumListener listener)
    {
        if (_log.Snapshots.Latest is not { } latest)
        {
            return 0;
        }
        (MetadataSnapshot snapshot, _voters) = _log.Snapshots.Read(latest);
        listener.OnSnapshot(snapshot);
        return latest.Offset;
    }

    /// <summary>Finds the voters; true if the log has them as they are now, or does not keep voters.</summary>
    private bool ReadVoters(long fromOffset)
    {
        bool isInLog = fromOffset > 0;
        foreach (RecordBatch batch in _log.ReadBatches(fromOffset))
        {
            if (batch.IsControl)
            {
                MetadataBatchCodec.ThrowIfDamaged(batch);
                VoterSet before = _voters;
                _voters = ControlRecords.Apply(_voters, batch);
                if (_voters.KRaftVersion == 0 && ControlRecords.VotersOfLeader(batch) is { } named)
                {
                    _voters = _voters with { Voters = [.. named.Select(id => new Voter(id, Wire.Uuid.Zero, []))] };
                }
                isInLog |= !ReferenceEquals(before, _voters);
            }
        }
        if (_voters.Voters.Any(voter => voter.NodeId != NodeId))
        {
            throw new MetadataException(
                $"The metadata log in {_log.DirectoryPath} is of a quorum with the voters "
                + $"{string.Join(", ", _voters.Voters.Select(voter => voter.NodeId))}; node {NodeId} cannot lead it alone.");
        }
        VoterSet current = _voters with { Voters = [new Voter(NodeId, _options.DirectoryId, _options.Endpoints)] };
        isInLog &= _voters.Voters.SequenceEqual(current.Voters);
        _voters = current;
        return isInLog || KRaftVersion == 0;
    }

    private void BecomeLeader(int epoch, bool includeVoters)
    {
        // First on disk, then in the log: a leader that forgot its epoch could use an offset of it twice.
        _stateFile.Write(QuorumState.Initial with { LeaderId = NodeId, LeaderEpoch = epoch }, KRaftVersion);
        long baseOffset = _log.EndOffset;
        long nowMs = NowMs;
        byte[] batch = ControlRecords.StartOfEpoch(baseOffset, epoch, nowMs, NodeId, _voters, [NodeId], includeVoters);
        _log.Append(batch, epoch);
        _leader = new LeaderAndEpoch(NodeId, epoch);
        long lastOffset = new RecordBatch(batch).LastOffset;
        var committed = new CommittedBatch(baseOffset, lastOffset, epoch, nowMs, batch.Length, []);
        _uncommitted.Enqueue(new PendingEvent(lastOffset, committed, null));
        _uncommitted.Enqueue(new PendingEvent(lastOffset, null, _leader));
    }

    private void FlushAndCommit()
    {
        long end;
        lock (_gate)
        {
            end = _log.EndOffset;
        }
        if (end == HighWatermark)
        {
            return;
        }
        try
        {
            _log.Flush();
        }
        catch (IOException e)
        {
            Stop(e);
            return;
        }
        Commit(end);
    }

    private void Commit(long end)
    {
        _log.AdvanceHighWatermark(end);
        Interlocked.Exchange(ref _highWatermark, end);
        lock (_gate)
        {
            while (_uncommitted.TryPeek(out PendingEvent next) && next.LastOffset < end)
            {
                _undelivered.Enqueue(_uncommitted.Dequeue());
            }
        }
        _waiters.Reach(end);
        _deliverer.Signal();
    }

    private void Deliver()
    {
        lock (_delivery)
        {
            while (TakeUndelivered() is { Length: > 0 } events && _listener is { } listener)
            {
                try
                {
                    Deliver(listener, events);
                }
                catch (Exception e)
                {
                    // A listener that does not follow the log any more must not serve: the process ends.
                    Stop(e);
                }
            }
            if (Interlocked.Exchange(ref _fatal, null) is { } fatal)
            {
                _listener?.OnFatal(fatal);
            }
        }
    }

    private PendingEvent[] TakeUndelivered()
    {
        lock (_gate)
        {
            PendingEvent[] events = Volatile.Read(ref _fatal) is null ? [.. _undelivered] : [];
            _undelivered.Clear();
            return events;
        }
    }

    private static void Deliver(IMetadataQuorumListener listener, PendingEvent[] events)
    {
        for (int i = 0; i < events.Length;)
        {
            if (events[i].Leader is { } leader)
            {
                listener.OnLeaderChange(leader);
                i++;
                continue;
            }
            int from = i;
            while (i < events.Length && events[i].Leader is null)
            {
                i++;
            }
            listener.OnCommitted(events[from..i].Select(pending => pending.Batch!));
        }
    }

    private void Stop(Exception cause)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }
            _isStopped = true;
            _leader = new LeaderAndEpoch(-1, _leader.Epoch);
            Volatile.Write(ref _fatal, cause);
        }
        _waiters.End(ProposalOutcome.OutcomeUnknown);
        _deliverer.Signal();
    }

    /// <summary>Something to be told to the listener, in the order of the log.</summary>
    /// <param name="LastOffset">Told once this offset is committed; -1 for at once.</param>
    /// <param name="Batch">A batch, or null.</param>
    /// <param name="Leader">A leader, or null.</param>
    private readonly record struct PendingEvent(long LastOffset, CommittedBatch? Batch, LeaderAndEpoch? Leader);
}
