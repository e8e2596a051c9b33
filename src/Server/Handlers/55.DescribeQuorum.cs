using Compat.Replication.Metadata;
using Compat.Replication.Quorum;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// DescribeQuorum, v0-2: leader, epoch, high watermark and voters of the metadata quorum, which is the one partition that can
/// be asked for. From v1 on with when voters were heard, from v2 on with their directories and addresses.
/// </summary>
public sealed class DescribeQuorumHandler : ApiHandler<DescribeQuorumRequest, DescribeQuorumResponse>
{
    private const short FirstWithDirectories = 2;

    private readonly IMetadataQuorum _quorum;

    internal DescribeQuorumHandler(IMetadataQuorum quorum) => _quorum = quorum;

    /// <inheritdoc/>
    public override ValueTask<DescribeQuorumResponse?> HandleAsync(DescribeQuorumRequest request, RequestContext context)
    {
        bool isTheOne = request.Topics is [{ TopicName: TopicName.ClusterMetadata, Partitions: [{ PartitionIndex: 0 }] }];
        return new ValueTask<DescribeQuorumResponse?>(isTheOne ? Describe(_quorum.Describe(), _quorum.NodeId, context.ApiVersion) : Refuse(request));
    }

    private static DescribeQuorumResponse Refuse(DescribeQuorumRequest request) => new()
    {
        Topics =
        [
            .. request.Topics.Select(topic => new DescribeQuorumResponse.TopicData
            {
                TopicName = topic.TopicName,
                Partitions = [.. topic.Partitions.Select(partition => Failed(partition.PartitionIndex, ErrorCode.UnknownTopicOrPartition))],
            }),
        ],
    };

    private static DescribeQuorumResponse Describe(QuorumDescription quorum, int nodeId, short version) => new()
    {
        Topics = [new() { TopicName = TopicName.ClusterMetadata, Partitions = [DescribePartition(quorum, nodeId, version)] }],
        Nodes =
        [
            .. quorum.Voters.Where(voter => version >= FirstWithDirectories && !voter.Endpoints.IsEmpty).Select(voter => new DescribeQuorumResponse.Node
            {
                NodeId = voter.NodeId,
                Listeners =
                [
                    .. voter.Endpoints.Select(endpoint => new DescribeQuorumResponse.Listener
                    {
                        Name = endpoint.ListenerName,
                        Host = endpoint.Host,
                        Port = (ushort)endpoint.Port,
                    }),
                ],
            }),
        ],
    };

    private static DescribeQuorumResponse.PartitionData DescribePartition(QuorumDescription quorum, int nodeId, short version) => quorum.Leader.IsLeader(nodeId)
        ? new()
        {
            LeaderId = quorum.Leader.LeaderId,
            LeaderEpoch = quorum.Leader.Epoch,
            HighWatermark = quorum.HighWatermark,
            CurrentVoters = [.. quorum.Voters.Select(voter => Describe(voter, version))],
            Observers = [.. quorum.Observers.Select(observer => Describe(observer, version))],
        }
        : Failed(0, ErrorCode.NotLeaderOrFollower);

    private static DescribeQuorumResponse.ReplicaState Describe(QuorumVoter voter, short version) => new()
    {
        ReplicaId = voter.NodeId,
        ReplicaDirectoryId = version >= FirstWithDirectories ? voter.DirectoryId : Uuid.Zero,
        LogEndOffset = voter.LogEndOffset,
        LastFetchTimestamp = voter.LastFetchTimestampMs,
        LastCaughtUpTimestamp = voter.LastCaughtUpTimestampMs,
    };

    private static DescribeQuorumResponse.PartitionData Failed(int partition, ErrorCode code) => new()
    {
        PartitionIndex = partition,
        ErrorCode = code,
        ErrorMessage = ErrorCodes.Message(code),
    };
}
