using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>
/// The active controller of the cluster, if this node leads the metadata quorum. Requests become decisions one at a
/// time, each upon the records of all before it whether or not those are committed yet, so that many requests share
/// one flush of the log. An answer is given when its records are committed and this node's image contains them.
/// </summary>
public sealed partial class QuorumController : IDisposable
{
    private const int MaxRecordsPerSplitBatch = 50_000;

    private readonly Lock _gate = new();
    private readonly ControllerOptions _options;
    private readonly IMetadataQuorum _quorum;
    private readonly MetadataLoader _loader;
    private readonly IConfigValidator _configs;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly long _startTimestamp;
    private MetadataImage _image = MetadataImage.Empty;
    private BrokerSessions _sessions = BrokerSessions.None;
    private int _epoch = -1;

    /// <summary>Makes a controller that is not active before <see cref="OnLeaderChange"/> says so.</summary>
    /// <param name="options">Its configuration.</param>
    /// <param name="quorum">Where decisions are appended.</param>
    /// <param name="loader">Replays what is committed.</param>
    /// <param name="configs">Knows configurations.</param>
    /// <param name="time">For the time limits of requests and the sessions of brokers.</param>
    /// <param name="random">For topic ids and placements; used under a lock.</param>
    public QuorumController(
        ControllerOptions options,
        IMetadataQuorum quorum,
        MetadataLoader loader,
        IConfigValidator configs,
        TimeProvider time,
        Random random)
    {
        _options = options;
        _quorum = quorum;
        _loader = loader;
        _configs = configs;
        _time = time;
        _random = random;
        _startTimestamp = time.GetTimestamp();
        _sessionTimer = CreateTimer(CheckSessions);
        _balanceTimer = CreateTimer(BalanceLeaders);
        _uncleanTimer = CreateTimer(ElectUncleanLeaders);
    }

    /// <summary>True if this node decides.</summary>
    public bool IsActive
    {
        get
        {
            lock (_gate)
            {
                return _epoch >= 0;
            }
        }
    }

    /// <summary>
    /// Follows the leadership of the quorum; to be called by the loader, after it has replayed all before it. A log
    /// without a metadata version is new: its first controller appends the records that formatting left.
    /// </summary>
    public void OnLeaderChange(LeaderAndEpoch leader)
    {
        lock (_gate)
        {
            _epoch = leader.IsLeader(_quorum.NodeId) ? leader.Epoch : -1;
            _image = _loader.Image;
            _sessions = _epoch < 0 ? BrokerSessions.None : BrokerSessions.Begin(_image, _quorum.NodeId, Now);
            SetTimers();
            if (_epoch < 0)
            {
                return;
            }
            List<MetadataRecord> records = ActivationRecords();
            if (records.Count > 0)
            {
                Append(records);
            }
        }
    }

    /// <summary>Ends the decisions that time brings.</summary>
    public void Dispose()
    {
        _sessionTimer.Dispose();
        _balanceTimer.Dispose();
        _uncleanTimer.Dispose();
    }

    private List<MetadataRecord> ActivationRecords()
    {
        var records = new List<MetadataRecord>();
        if (_loader.IsInTransaction)
        {
            records.Add(new MetadataRecord(new AbortTransactionRecord { Reason = "Controller failover" }, 0));
        }
        if (_image.Features.MetadataVersion is null)
        {
            records.Add(new MetadataRecord(new BeginTransactionRecord { Name = "Bootstrap records" }, 0));
            records.AddRange(_quorum.BootstrapRecords);
            records.Add(new MetadataRecord(new EndTransactionRecord(), 0));
        }
        return records;
    }

    private ValueTask<TResponse> SubmitAsync<TResponse>(
        Func<ControllerTurn, Decision<TResponse>> decide,
        Func<ApiError, TResponse> failure,
        int timeoutMs,
        CancellationToken cancellation)
    {
        Proposal proposal;
        TResponse response;
        lock (_gate)
        {
            if (_epoch < 0)
            {
                return new ValueTask<TResponse>(failure(new ApiError(ErrorCode.NotController)));
            }
            (proposal, response) = Decide(decide);
        }
        return proposal.Status switch
        {
            ProposalStatus.Appended => CompleteAsync(proposal, response, failure, timeoutMs, cancellation),
            ProposalStatus.TooLarge => new ValueTask<TResponse>(failure(new ApiError(
                ErrorCode.PolicyViolation, "Unable to perform excessively large batch operation."))),
            _ => new ValueTask<TResponse>(failure(new ApiError(ErrorCode.NotController))),
        };
    }

    /// <summary>Decides and appends what was decided; the sessions follow once that is in the log.</summary>
    private (Proposal Proposal, TResponse Response) Decide<TResponse>(Func<ControllerTurn, Decision<TResponse>> decide)
    {
        Decision<TResponse> decision = decide(NextTurn());
        Proposal proposal = decision.Records.Count == 0
            ? new Proposal(ProposalStatus.Appended, _epoch, _image.Provenance.LastContainedOffset)
            : Append(decision);
        if (proposal.Status == ProposalStatus.Appended && decision.Sessions is { } sessions)
        {
            _sessions = sessions(proposal.LastOffset);
            AwaitFirstEnd();
        }
        return (proposal, decision.Response);
    }

    private ControllerTurn NextTurn() => new(_image, _options, _configs, _random, _image.Provenance.LastContainedOffset + 1)
    {
        Sessions = _sessions,
        Now = Now,
        KRaftVersion = _quorum.KRaftVersion,
    };

    private TimeSpan Now => _time.GetElapsedTime(_startTimestamp);

    private Proposal Append<TResponse>(Decision<TResponse> decision)
    {
        if (!decision.MayBeSplit)
        {
            return Append(decision.Records);
        }
        Proposal last = default;
        foreach (MetadataRecord[] records in decision.Records.Chunk(MaxRecordsPerSplitBatch))
        {
            last = Append(records);
            if (last.Status != ProposalStatus.Appended)
            {
                break;
            }
        }
        return last;
    }

    private Proposal Append(IReadOnlyList<MetadataRecord> records)
    {
        // The image first: records that contradict it are a bug that must not reach the log.
        var delta = new MetadataDelta(_image);
        foreach (MetadataRecord record in records)
        {
            delta.Replay(record);
        }
        MetadataImage image = delta.Apply(_image.Provenance);
        Proposal proposal = _quorum.Append(_epoch, records);
        if (proposal.Status == ProposalStatus.Appended)
        {
            _image = image with
            {
                Provenance = new MetadataProvenance(proposal.LastOffset, proposal.Epoch, -1, IsOffsetBatchAligned: true),
            };
        }
        return proposal;
    }

    private async ValueTask<TResponse> CompleteAsync<TResponse>(
        Proposal proposal,
        TResponse response,
        Func<ApiError, TResponse> failure,
        int timeoutMs,
        CancellationToken cancellation)
    {
        try
        {
            ProposalOutcome outcome = await WaitUntilAppliedAsync(proposal, timeoutMs, cancellation).ConfigureAwait(false);
            return outcome switch
            {
                ProposalOutcome.Committed => response,
                ProposalOutcome.NotLeader => failure(new ApiError(ErrorCode.NotController)),
                _ => failure(OutcomeUnknown),
            };
        }
        catch (TimeoutException)
        {
            return failure(OutcomeUnknown);
        }
    }

    private static ApiError OutcomeUnknown => new(
        ErrorCode.RequestTimedOut, "The controller could not confirm the change in time; it may still happen.");

    private ValueTask<ProposalOutcome> WaitUntilAppliedAsync(
        Proposal proposal, int timeoutMs, CancellationToken cancellation)
    {
        ValueTask<ProposalOutcome> wait = WaitUntilAppliedAsync(proposal, cancellation);
        return wait.IsCompleted || timeoutMs <= 0
            ? wait
            : new ValueTask<ProposalOutcome>(
                wait.AsTask().WaitAsync(TimeSpan.FromMilliseconds(timeoutMs), _time, cancellation));
    }

    private async ValueTask<ProposalOutcome> WaitUntilAppliedAsync(Proposal proposal, CancellationToken cancellation)
    {
        ProposalOutcome outcome = await _quorum.WaitAsync(proposal, cancellation).ConfigureAwait(false);
        if (outcome != ProposalOutcome.Committed)
        {
            return outcome;
        }
        bool isApplied = await _loader.WaitUntilAppliedAsync(proposal.LastOffset, cancellation).ConfigureAwait(false);
        return isApplied ? ProposalOutcome.Committed : ProposalOutcome.OutcomeUnknown;
    }
}
