using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Quorum;

/// <summary>The state of the quorum.</summary>
/// <param name="Leader">Leader and epoch.</param>
/// <param name="HighWatermark">The offset after the last committed record.</param>
/// <param name="Voters">The voters.</param>
/// <param name="Observers">Other nodes that follow the log, as the leader knows them.</param>
public sealed record QuorumDescription(LeaderAndEpoch Leader, long HighWatermark, ImmutableArray<QuorumVoter> Voters, ImmutableArray<QuorumVoter> Observers);

/// <summary>A voter or observer and how far it has got.</summary>
/// <param name="NodeId">Its node id.</param>
/// <param name="DirectoryId">The id of its metadata log directory.</param>
/// <param name="LogEndOffset">The end of its log as the leader knows it, -1 if it does not.</param>
/// <param name="LastFetchTimestampMs">When it last asked the leader for records, Unix milliseconds, -1 if unknown.</param>
/// <param name="LastCaughtUpTimestampMs">When it last had all of the leader's log, Unix milliseconds, -1 if unknown.</param>
/// <param name="Endpoints">Its listeners for controllers.</param>
public sealed record QuorumVoter(
    int NodeId,
    Uuid DirectoryId,
    long LogEndOffset,
    long LastFetchTimestampMs,
    long LastCaughtUpTimestampMs,
    ImmutableArray<BrokerEndpoint> Endpoints);
