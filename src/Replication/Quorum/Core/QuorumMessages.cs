using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Quorum.Core;

/// <summary>A request of the quorum, free of versions of the wire. Its epoch is the sender's, except for a vote.</summary>
/// <param name="Epoch">The epoch it is about.</param>
internal abstract record QuorumRequest(int Epoch);

/// <summary>Asks for a vote (Vote, KIP-595), or whether there would be one (PreVote, KIP-996).</summary>
/// <param name="Epoch">The epoch to be led; for a PreVote the sender's current one.</param>
/// <param name="Candidate">Who asks.</param>
/// <param name="Voter">Who is asked, <see cref="ReplicaKey.None"/> if the request does not say.</param>
/// <param name="LogEnd">The end of the candidate's log.</param>
/// <param name="IsPreVote">True for a PreVote, which binds nobody.</param>
internal sealed record VoteRequest(int Epoch, ReplicaKey Candidate, ReplicaKey Voter, OffsetAndEpoch LogEnd, bool IsPreVote) : QuorumRequest(Epoch);

/// <summary>Tells a voter who leads an epoch (BeginQuorumEpoch).</summary>
internal sealed record BeginEpochRequest(int Epoch, int LeaderId, ReplicaKey Voter, ImmutableArray<BrokerEndpoint> LeaderEndpoints) : QuorumRequest(Epoch);

/// <summary>Tells a voter that the leader of an epoch steps down (EndQuorumEpoch).</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="LeaderId">Its leader.</param>
/// <param name="Successors">The voters, the one with the most of the log first.</param>
/// <param name="LeaderEndpoints">The leader's listeners for controllers.</param>
internal sealed record EndEpochRequest(
    int Epoch, int LeaderId, ImmutableArray<ReplicaKey> Successors, ImmutableArray<BrokerEndpoint> LeaderEndpoints) : QuorumRequest(Epoch);

/// <summary>Asks for the log from an offset on, and thereby acknowledges everything before it (Fetch).</summary>
/// <param name="Epoch">The epoch whose leader is asked.</param>
/// <param name="Replica">Who asks.</param>
/// <param name="Offset">The end of its log.</param>
/// <param name="LastFetchedEpoch">The epoch of the last record of its log, 0 if it is empty.</param>
/// <param name="HighWatermark">What it knows to be committed, -1 for nothing (KIP-1166); <see cref="long.MaxValue"/> if it does not say.</param>
/// <param name="MaxWaitMs">How long to wait for news.</param>
/// <param name="MaxBytes">How much to send at most, but one batch at least.</param>
internal sealed record FetchLogRequest(
    int Epoch, ReplicaKey Replica, long Offset, int LastFetchedEpoch, long HighWatermark, int MaxWaitMs, int MaxBytes) : QuorumRequest(Epoch);

/// <summary>Asks for a piece of a snapshot (FetchSnapshot, KIP-630).</summary>
internal sealed record FetchSnapshotRequest(int Epoch, ReplicaKey Replica, OffsetAndEpoch SnapshotId, long Position, int MaxBytes) : QuorumRequest(Epoch);

/// <summary>The answer to a request.</summary>
/// <param name="Error">What was wrong with the request.</param>
/// <param name="Leader">The epoch of who answers, and its leader if that was heard of recently.</param>
/// <param name="LeaderEndpoint">Where that leader is reached, if known.</param>
internal abstract record QuorumAnswer(ErrorCode Error, LeaderAndEpoch Leader, QuorumNode? LeaderEndpoint);

/// <summary>Grants or refuses a vote.</summary>
internal sealed record VoteAnswer(ErrorCode Error, LeaderAndEpoch Leader, QuorumNode? LeaderEndpoint, bool IsGranted) : QuorumAnswer(Error, Leader, LeaderEndpoint);

/// <summary>Acknowledges a leader.</summary>
internal sealed record BeginEpochAnswer(ErrorCode Error, LeaderAndEpoch Leader, QuorumNode? LeaderEndpoint) : QuorumAnswer(Error, Leader, LeaderEndpoint);

/// <summary>Acknowledges a resignation.</summary>
internal sealed record EndEpochAnswer(ErrorCode Error, LeaderAndEpoch Leader, QuorumNode? LeaderEndpoint) : QuorumAnswer(Error, Leader, LeaderEndpoint);

/// <summary>A piece of the log, or where the asker has to cut its own, or which snapshot it has to fetch first.</summary>
/// <param name="Error">What was wrong.</param>
/// <param name="Leader">The leader.</param>
/// <param name="LeaderEndpoint">Where it is reached.</param>
/// <param name="HighWatermark">What is known to be committed, -1 for nothing.</param>
/// <param name="LogStartOffset">Where the log begins.</param>
/// <param name="Diverging">The end of the asker's last epoch in this log, if the asker's log is another one behind it.</param>
/// <param name="SnapshotId">The snapshot to fetch.</param>
/// <param name="ReadFrom">Where the records begin that whoever sends the answer has to read; null for none.</param>
/// <param name="MaxBytes">How many bytes of them.</param>
/// <param name="Records">Whole batches as they arrived.</param>
internal sealed record FetchLogAnswer(
    ErrorCode Error,
    LeaderAndEpoch Leader,
    QuorumNode? LeaderEndpoint,
    long HighWatermark = -1,
    long LogStartOffset = -1,
    OffsetAndEpoch? Diverging = null,
    OffsetAndEpoch? SnapshotId = null,
    long? ReadFrom = null,
    int MaxBytes = 0,
    ReadOnlyMemory<byte> Records = default) : QuorumAnswer(Error, Leader, LeaderEndpoint);

/// <summary>A piece of a snapshot.</summary>
/// <param name="Error">What was wrong.</param>
/// <param name="Leader">The leader.</param>
/// <param name="LeaderEndpoint">Where it is reached.</param>
/// <param name="SnapshotId">Which snapshot.</param>
/// <param name="Size">Its whole size in bytes.</param>
/// <param name="Position">Where the piece begins.</param>
/// <param name="MaxBytes">How many bytes whoever sends the answer has to read.</param>
/// <param name="Bytes">The piece as it arrived.</param>
internal sealed record FetchSnapshotAnswer(
    ErrorCode Error,
    LeaderAndEpoch Leader,
    QuorumNode? LeaderEndpoint,
    OffsetAndEpoch SnapshotId = default,
    long Size = 0,
    long Position = 0,
    int MaxBytes = 0,
    ReadOnlyMemory<byte> Bytes = default) : QuorumAnswer(Error, Leader, LeaderEndpoint);
