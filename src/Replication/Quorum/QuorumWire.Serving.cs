using Compat.Replication.Metadata;
using Compat.Replication.Quorum.Core;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Quorum;

/// <summary>The side that is asked.</summary>
internal sealed partial class QuorumWire
{
    /// <summary>The first version of Vote, BeginQuorumEpoch, EndQuorumEpoch and FetchSnapshot that says where the leader is (KIP-853).</summary>
    private const short FirstWithEndpoints = 1;

    /// <summary>The first version of Fetch that says so.</summary>
    private const short FirstFetchWithEndpoints = 17;

    /// <summary>What is wrong with a request before anybody looks into it, or None.</summary>
    public ErrorCode Refuse(string? clusterId, bool isOfTheLog) =>
        clusterId is not null && _clusterId is not null && clusterId != _clusterId ? ErrorCode.InconsistentClusterId
        : isOfTheLog ? ErrorCode.None
        : ErrorCode.InvalidRequest;

    public static Core.VoteRequest? Read(Wire.Messages.VoteRequest request) =>
        request.Topics is [{ TopicName: TopicName.ClusterMetadata, Partitions: [{ PartitionIndex: 0 } partition] }]
            ? new Core.VoteRequest(
                partition.ReplicaEpoch,
                new ReplicaKey(partition.ReplicaId, partition.ReplicaDirectoryId),
                new ReplicaKey(request.VoterId, partition.VoterDirectoryId),
                new OffsetAndEpoch(partition.LastOffset, partition.LastOffsetEpoch),
                partition.PreVote)
            : null;

    public static BeginEpochRequest? Read(BeginQuorumEpochRequest request) =>
        request.Topics is [{ TopicName: TopicName.ClusterMetadata, Partitions: [{ PartitionIndex: 0 } partition] }]
            ? new BeginEpochRequest(
                partition.LeaderEpoch,
                partition.LeaderId,
                new ReplicaKey(request.VoterId, partition.VoterDirectoryId),
                [.. request.LeaderEndpoints.Select(each => new BrokerEndpoint(each.Name, each.Host, each.Port, 0))])
            : null;

    public static EndEpochRequest? Read(EndQuorumEpochRequest request, short version) =>
        request.Topics is [{ TopicName: TopicName.ClusterMetadata, Partitions: [{ PartitionIndex: 0 } partition] }]
            ? new EndEpochRequest(
                partition.LeaderEpoch,
                partition.LeaderId,
                version == 0
                    ? [.. partition.PreferredSuccessors.Select(id => new ReplicaKey(id, Uuid.Zero))]
                    : [.. partition.PreferredCandidates.Select(each => new ReplicaKey(each.CandidateId, each.CandidateDirectoryId))],
                [.. request.LeaderEndpoints.Select(each => new BrokerEndpoint(each.Name, each.Host, each.Port, 0))])
            : null;

    public static FetchLogRequest? Read(FetchRequest request, short version)
    {
        if (version < FirstFetchOfQuorum
            || request.Topics is not [{ Partitions: [{ Partition: 0 } partition] } topic]
            || !(topic.Topic == TopicName.ClusterMetadata || topic.TopicId == Uuid.One))
        {
            return null;
        }
        int replicaId = version < FirstFetchWithReplicaState ? request.ReplicaId : request.ReplicaState.ReplicaId;
        return new FetchLogRequest(
            partition.CurrentLeaderEpoch,
            new ReplicaKey(replicaId, partition.ReplicaDirectoryId),
            partition.FetchOffset,
            partition.LastFetchedEpoch,
            partition.HighWatermark,
            request.MaxWaitMs,
            request.MaxBytes);
    }

    public static Core.FetchSnapshotRequest? Read(Wire.Messages.FetchSnapshotRequest request) =>
        request.Topics is [{ Name: TopicName.ClusterMetadata, Partitions: [{ Partition: 0 } partition] }]
            ? new Core.FetchSnapshotRequest(
                partition.CurrentLeaderEpoch,
                new ReplicaKey(request.ReplicaId, partition.ReplicaDirectoryId),
                new OffsetAndEpoch(partition.SnapshotId.EndOffset, partition.SnapshotId.Epoch),
                partition.Position,
                request.MaxBytes)
            : null;

    public static VoteResponse Write(VoteAnswer answer, short version) => new()
    {
        Topics =
        [
            new()
            {
                TopicName = TopicName.ClusterMetadata,
                Partitions = [new() { ErrorCode = answer.Error, LeaderId = answer.Leader.LeaderId, LeaderEpoch = answer.Leader.Epoch, VoteGranted = answer.IsGranted }],
            },
        ],
        NodeEndpoints = [.. Endpoints(answer, version >= FirstWithEndpoints).Select(node => new VoteResponse.NodeEndpoint { NodeId = node.Id, Host = node.Host, Port = (ushort)node.Port })],
    };

    public static BeginQuorumEpochResponse Write(BeginEpochAnswer answer, short version) => new()
    {
        Topics =
        [
            new()
            {
                TopicName = TopicName.ClusterMetadata,
                Partitions = [new() { ErrorCode = answer.Error, LeaderId = answer.Leader.LeaderId, LeaderEpoch = answer.Leader.Epoch }],
            },
        ],
        NodeEndpoints = [.. Endpoints(answer, version >= FirstWithEndpoints).Select(node => new BeginQuorumEpochResponse.NodeEndpoint { NodeId = node.Id, Host = node.Host, Port = (ushort)node.Port })],
    };

    public static EndQuorumEpochResponse Write(EndEpochAnswer answer, short version) => new()
    {
        Topics =
        [
            new()
            {
                TopicName = TopicName.ClusterMetadata,
                Partitions = [new() { ErrorCode = answer.Error, LeaderId = answer.Leader.LeaderId, LeaderEpoch = answer.Leader.Epoch }],
            },
        ],
        NodeEndpoints = [.. Endpoints(answer, version >= FirstWithEndpoints).Select(node => new EndQuorumEpochResponse.NodeEndpoint { NodeId = node.Id, Host = node.Host, Port = (ushort)node.Port })],
    };

    public static FetchResponse Write(FetchLogAnswer answer, short version)
    {
        var partition = new FetchResponse.PartitionData
        {
            ErrorCode = answer.Error,
            HighWatermark = answer.HighWatermark,
            LogStartOffset = answer.LogStartOffset,
            Records = new RecordsPayload(answer.Records),
        };
        partition.CurrentLeader.LeaderId = answer.Leader.LeaderId;
        partition.CurrentLeader.LeaderEpoch = answer.Leader.Epoch;
        if (answer.Diverging is { } diverging)
        {
            partition.DivergingEpoch.Epoch = diverging.Epoch;
            partition.DivergingEpoch.EndOffset = diverging.Offset;
        }
        if (answer.SnapshotId is { } snapshot)
        {
            partition.SnapshotId.Epoch = snapshot.Epoch;
            partition.SnapshotId.EndOffset = snapshot.Offset;
        }
        return new FetchResponse
        {
            Responses = [new() { Topic = TopicName.ClusterMetadata, TopicId = Uuid.One, Partitions = [partition] }],
            NodeEndpoints = [.. Endpoints(answer, version >= FirstFetchWithEndpoints).Select(node => new FetchResponse.NodeEndpoint { NodeId = node.Id, Host = node.Host, Port = node.Port })],
        };
    }

    public static FetchSnapshotResponse Write(FetchSnapshotAnswer answer, short version)
    {
        var partition = new FetchSnapshotResponse.PartitionSnapshot
        {
            ErrorCode = answer.Error,
            Size = answer.Size,
            Position = answer.Position,
            UnalignedRecords = new RecordsPayload(answer.Bytes),
        };
        partition.SnapshotId.EndOffset = answer.SnapshotId.Offset;
        partition.SnapshotId.Epoch = answer.SnapshotId.Epoch;
        partition.CurrentLeader.LeaderId = answer.Leader.LeaderId;
        partition.CurrentLeader.LeaderEpoch = answer.Leader.Epoch;
        return new FetchSnapshotResponse
        {
            Topics = [new() { Name = TopicName.ClusterMetadata, Partitions = [partition] }],
            NodeEndpoints = [.. Endpoints(answer, version >= FirstWithEndpoints).Select(node => new FetchSnapshotResponse.NodeEndpoint { NodeId = node.Id, Host = node.Host, Port = (ushort)node.Port })],
        };
    }

    private static IEnumerable<QuorumNode> Endpoints(QuorumAnswer answer, bool isKnownToVersion) =>
        isKnownToVersion && answer is { Leader.HasLeader: true, LeaderEndpoint: { } node } ? [node] : [];
}
