using Compat.Log;
using Compat.Replication.Metadata;
using Compat.Replication.Quorum.Core;
using Compat.Wire.Records;

namespace Compat.Replication.Quorum;

/// <summary>
/// What a node begins with: the voters and the records of a new cluster. A directory that is new gets a bootstrap snapshot.
/// With voters in the configuration kraft.version is 0 and the log does not keep them; without, the node begins as a quorum
/// of its own with kraft.version 1, as if it had been formatted as standalone.
/// </summary>
internal sealed class QuorumFormatting
{
    private readonly MetadataQuorumOptions _options;
    private readonly MetadataLog _log;
    private readonly VoterSet _bootstrapVoters;

    private QuorumFormatting(MetadataQuorumOptions options, MetadataLog log, VoterSet bootstrapVoters, IReadOnlyList<MetadataRecord> records)
    {
        _options = options;
        _log = log;
        _bootstrapVoters = bootstrapVoters;
        BootstrapRecords = records.Count > 0 ? records : options.BootstrapRecords;
    }

    /// <summary>The records that a new cluster begins with.</summary>
    public IReadOnlyList<MetadataRecord> BootstrapRecords { get; }

    private Voter Self => new(_options.NodeId, _options.DirectoryId, _options.Endpoints);

    /// <summary>Reads the bootstrap snapshot, or writes it if the directory is new.</summary>
    public static QuorumFormatting Of(MetadataQuorumOptions options, MetadataLog log, LogContext context)
    {
        VoterSet voters = options.Voters.IsEmpty ? new VoterSet(1, [new Voter(options.NodeId, options.DirectoryId, options.Endpoints)]) : new VoterSet(0, options.Voters);
        if (log.Snapshots.HasBootstrap)
        {
            (MetadataSnapshot bootstrap, VoterSet found) = log.Snapshots.Read(OffsetAndEpoch.Bootstrap);
            return new QuorumFormatting(options, log, found.KRaftVersion > 0 ? found : voters with { KRaftVersion = 0 }, [.. bootstrap.Records]);
        }
        if (log.EndOffset > 0 || log.Snapshots.Latest is not null || !options.CanBeVoter)
        {
            return new QuorumFormatting(options, log, voters with { KRaftVersion = 0 }, []);
        }
        using SnapshotFileWriter writer = log.CreateSnapshot(
            OffsetAndEpoch.Bootstrap, context.Time.GetUtcNow().ToUnixTimeMilliseconds(), voters, _ => { });
        writer.Append(options.BootstrapRecords);
        writer.Freeze();
        return new QuorumFormatting(options, log, voters, []);
    }

    /// <summary>The voters of snapshot and log.</summary>
    /// <exception cref="MetadataException">This node would be alone in a quorum that has others.</exception>
    public VoterHistory Voters()
    {
        VoterSet before = _bootstrapVoters;
        bool isRecorded = false;
        if (_log.Snapshots.Latest is { } latest && _log.Snapshots.Read(latest).Voters is { KRaftVersion: > 0 } recorded)
        {
            (before, isRecorded) = (recorded, true);
        }
        var history = new VoterHistory(before, isRecorded);
        IReadOnlyList<int>? named = null;
        foreach (RecordBatch batch in _log.ReadBatches(_log.StartOffset))
        {
            if (batch.IsControl)
            {
                MetadataBatchCodec.ThrowIfDamaged(batch);
                history.Add(batch.BaseOffset, ControlRecords.Apply(history.Last, batch));
                named = ControlRecords.VotersOfLeader(batch) ?? named;
            }
        }
        if (_options.Voters.IsEmpty && history.Last.KRaftVersion == 0)
        {
            ThrowUnlessAlone(named ?? []);
        }
        else if (_options.Voters.IsEmpty && !_options.IsAmongOthers)
        {
            ThrowUnlessAlone(history.Last.Voters.Select(voter => voter.NodeId));
        }
        return history;
    }

    /// <summary>The node for the core.</summary>
    public QuorumCoreOptions CoreOptions() => new()
    {
        Self = new ReplicaKey(_options.NodeId, _options.DirectoryId),
        CanBeVoter = _options.CanBeVoter,
        ControllerListener = _options.ControllerListener,
        Endpoints = _options.Endpoints,
        Bootstrap = _options.BootstrapNodes(),
        ElectionTimeoutMs = _options.ElectionTimeoutMs,
        FetchTimeoutMs = _options.FetchTimeoutMs,
        ElectionBackoffMaxMs = _options.ElectionBackoffMaxMs,
        RequestTimeoutMs = _options.RequestTimeoutMs,
        RetryBackoffMs = _options.RetryBackoffMs,
        FetchMaxBytes = _options.FetchMaxBytes,
        FetchSnapshotMaxBytes = _options.FetchSnapshotMaxBytes,
    };

    private void ThrowUnlessAlone(IEnumerable<int> voters)
    {
        int[] others = [.. voters.Where(voter => voter != Self.NodeId)];
        if (others.Length > 0)
        {
            throw new MetadataException(
                $"The metadata log in {_log.DirectoryPath} is of a quorum with the voters "
                + $"{string.Join(", ", voters)}; node {Self.NodeId} cannot lead it alone.");
        }
    }
}
