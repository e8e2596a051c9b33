using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Replication.Quorum.Core;
using Compat.Wire;
using Compat.Wire.Messages;
using Asked = (Compat.Replication.Quorum.Core.QuorumAnswer? Answer, Compat.Replication.Quorum.Core.RequestFailure Failure, System.IDisposable? Frame);

namespace Compat.Replication.Quorum;

/// <summary>The core's messages as Kafka's, in every version. This part asks; QuorumWire.Serving.cs answers.</summary>
internal sealed partial class QuorumWire
{
    /// <summary>The first version of Vote with PreVote (KIP-996).</summary>
    private const short FirstVoteWithPreVote = 2;

    /// <summary>Fetch has epochs, divergence and leaders since KIP-595.</summary>
    private const short FirstFetchOfQuorum = 12;

    /// <summary>Fetch names the replica in a field of its own since KIP-903.</summary>
    private const short FirstFetchWithReplicaState = 15;

    private readonly string? _clusterId;

    public QuorumWire(string? clusterId) => _clusterId = clusterId;

    /// <summary>Asks another node. The frame of the answer is in use until it is disposed.</summary>
    public async ValueTask<Asked> AskAsync(IPeerConnection connection, QuorumRequest request, TimeSpan timeout) => request switch
    {
        Core.VoteRequest vote => Read(
            await connection.SendAsync(PeerRequest.From(ApiKey.Vote, vote.IsPreVote ? FirstVoteWithPreVote : (short)0, timeout, _ => Write(vote))).ConfigureAwait(false), ReadVote),
        BeginEpochRequest begin => Read(
            await connection.SendAsync(PeerRequest.From(ApiKey.BeginQuorumEpoch, 0, timeout, _ => Write(begin))).ConfigureAwait(false), ReadBegin),
        EndEpochRequest end => Read(
            await connection.SendAsync(PeerRequest.From(ApiKey.EndQuorumEpoch, 0, timeout, _ => Write(end))).ConfigureAwait(false), ReadEnd),
        FetchLogRequest fetch => Read(
            await connection.SendAsync(PeerRequest.From(ApiKey.Fetch, FirstFetchOfQuorum, timeout, version => Write(fetch, version))).ConfigureAwait(false), ReadFetch),
        Core.FetchSnapshotRequest piece => Read(
            await connection.SendAsync(PeerRequest.From(ApiKey.FetchSnapshot, 0, timeout, _ => Write(piece))).ConfigureAwait(false), ReadSnapshot),
        _ => throw new ArgumentException($"{request.GetType().Name} is no request of the quorum.", nameof(request)),
    };

    private static Asked Read<TResponse>(PeerAnswer<TResponse> answer, Func<TResponse, QuorumAnswer?> read)
        where TResponse : class, IWireMessage<TResponse>
    {
        if (answer.IsAnswered)
        {
            return (read(answer.Response), RequestFailure.TimedOut, answer);
        }
        RequestFailure failure = answer.Failure switch
        {
            PeerFailure.Unreachable or PeerFailure.Disconnected or PeerFailure.Closed => RequestFailure.Broken,
            PeerFailure.UnsupportedVersion => RequestFailure.Unsupported,
            _ => RequestFailure.TimedOut,
        };
        return (null, failure, null);
    }

    private Wire.Messages.VoteRequest Write(Core.VoteRequest vote) => new()
    {
        ClusterId = _clusterId,
        VoterId = vote.Voter.Id,
        Topics =
        [
            new()
            {
                TopicName = TopicName.ClusterMetadata,
                Partitions =
                [
                    new()
                    {
                        ReplicaEpoch = vote.Epoch,
                        ReplicaId = vote.Candidate.Id,
                        ReplicaDirectoryId = vote.Candidate.DirectoryId,
                        VoterDirectoryId = vote.Voter.DirectoryId,
                        LastOffsetEpoch = vote.LogEnd.Epoch,
                        LastOffset = vote.LogEnd.Offset,
                        PreVote = vote.IsPreVote,
                    },
                ],
            },
        ],
    };

    private BeginQuorumEpochRequest Write(BeginEpochRequest begin) => new()
    {
        ClusterId = _clusterId,
        VoterId = begin.Voter.Id,
        Topics =
        [
            new()
            {
                TopicName = TopicName.ClusterMetadata,
                Partitions = [new() { VoterDirectoryId = begin.Voter.DirectoryId, LeaderId = begin.LeaderId, LeaderEpoch = begin.Epoch }],
            },
        ],
        LeaderEndpoints = [.. begin.LeaderEndpoints.Select(each => new BeginQuorumEpochRequest.LeaderEndpoint { Name = each.ListenerName, Host = each.Host, Port = (ushort)each.Port })],
    };

    private EndQuorumEpochRequest Write(EndEpochRequest end) => new()
    {
        ClusterId = _clusterId,
        Topics =
        [
            new()
            {
                TopicName = TopicName.ClusterMetadata,
                Partitions =
                [
                    new()
                    {
                        LeaderId = end.LeaderId,
                        LeaderEpoch = end.Epoch,
                        PreferredSuccessors = [.. end.Successors.Select(each => each.Id)],
                        PreferredCandidates = [.. end.Successors.Select(each => new EndQuorumEpochRequest.ReplicaInfo { CandidateId = each.Id, CandidateDirectoryId = each.DirectoryId })],
                    },
                ],
            },
        ],
        LeaderEndpoints = [.. end.LeaderEndpoints.Select(each => new EndQuorumEpochRequest.LeaderEndpoint { Name = each.ListenerName, Host = each.Host, Port = (ushort)each.Port })],
    };

    private FetchRequest Write(FetchLogRequest fetch, short version)
    {
        var request = new FetchRequest
        {
            ClusterId = _clusterId,
            MaxWaitMs = fetch.MaxWaitMs,
            MinBytes = 0,
            MaxBytes = fetch.MaxBytes,
            Topics =
            [
                new()
                {
                    Topic = TopicName.ClusterMetadata,
                    TopicId = Uuid.One,
                    Partitions =
                    [
                        new()
                        {
                            CurrentLeaderEpoch = fetch.Epoch,
                            FetchOffset = fetch.Offset,
                            LastFetchedEpoch = fetch.LastFetchedEpoch,
                            PartitionMaxBytes = fetch.MaxBytes,
                            ReplicaDirectoryId = fetch.Replica.DirectoryId,
                            HighWatermark = fetch.HighWatermark,
                        },
                    ],
                },
            ],
        };
        if (version < FirstFetchWithReplicaState)
        {
            request.ReplicaId = fetch.Replica.Id;
        }
        else
        {
            request.ReplicaState = new() { ReplicaId = fetch.Replica.Id };
        }
        return request;
    }

    private Wire.Messages.FetchSnapshotRequest Write(Core.FetchSnapshotRequest fetch) => new()
    {
        ClusterId = _clusterId,
        ReplicaId = fetch.Replica.Id,
        MaxBytes = fetch.MaxBytes,
        Topics =
        [
            new()
            {
                Name = TopicName.ClusterMetadata,
                Partitions =
                [
                    new()
                    {
                        CurrentLeaderEpoch = fetch.Epoch,
                        SnapshotId = new() { EndOffset = fetch.SnapshotId.Offset, Epoch = fetch.SnapshotId.Epoch },
                        Position = fetch.Position,
                        ReplicaDirectoryId = fetch.Replica.DirectoryId,
                    },
                ],
            },
        ],
    };

    // An answer without the partition, as for an error of the whole request, is worth as much as none.
    private static VoteAnswer? ReadVote(VoteResponse response) =>
        response.Topics is [{ Partitions: [var partition] }]
            ? new VoteAnswer(
                partition.ErrorCode,
                new LeaderAndEpoch(partition.LeaderId, partition.LeaderEpoch),
                NodeOf(partition.LeaderId, response.NodeEndpoints.Select(node => (node.NodeId, node.Host, (int)node.Port))),
                partition.VoteGranted)
            : null;

    private static BeginEpochAnswer? ReadBegin(BeginQuorumEpochResponse response) =>
        response.Topics is [{ Partitions: [var partition] }]
            ? new BeginEpochAnswer(
                partition.ErrorCode,
                new LeaderAndEpoch(partition.LeaderId, partition.LeaderEpoch),
                NodeOf(partition.LeaderId, response.NodeEndpoints.Select(node => (node.NodeId, node.Host, (int)node.Port))))
            : null;

    private static EndEpochAnswer? ReadEnd(EndQuorumEpochResponse response) =>
        response.Topics is [{ Partitions: [var partition] }]
            ? new EndEpochAnswer(
                partition.ErrorCode,
                new LeaderAndEpoch(partition.LeaderId, partition.LeaderEpoch),
                NodeOf(partition.LeaderId, response.NodeEndpoints.Select(node => (node.NodeId, node.Host, (int)node.Port))))
            : null;

    private static FetchLogAnswer? ReadFetch(FetchResponse response)
    {
        if (response.Responses is not [{ Partitions: [var partition] }])
        {
            return null;
        }
        var leader = new LeaderAndEpoch(partition.CurrentLeader.LeaderId, partition.CurrentLeader.LeaderEpoch);
        return new FetchLogAnswer(
            partition.ErrorCode,
            leader,
            NodeOf(leader.LeaderId, response.NodeEndpoints.Select(node => (node.NodeId, node.Host, node.Port))),
            partition.HighWatermark,
            partition.LogStartOffset,
            partition.DivergingEpoch.Epoch >= 0 ? new OffsetAndEpoch(partition.DivergingEpoch.EndOffset, partition.DivergingEpoch.Epoch) : null,
            partition.SnapshotId is { Epoch: >= 0, EndOffset: >= 0 } ? new OffsetAndEpoch(partition.SnapshotId.EndOffset, partition.SnapshotId.Epoch) : null,
            Records: partition.Records.Memory);
    }

    private static FetchSnapshotAnswer? ReadSnapshot(FetchSnapshotResponse response)
    {
        if (response.Topics is not [{ Partitions: [var partition] }])
        {
            return null;
        }
        var leader = new LeaderAndEpoch(partition.CurrentLeader.LeaderId, partition.CurrentLeader.LeaderEpoch);
        return new FetchSnapshotAnswer(
            partition.ErrorCode,
            leader,
            NodeOf(leader.LeaderId, response.NodeEndpoints.Select(node => (node.NodeId, node.Host, (int)node.Port))),
            new OffsetAndEpoch(partition.SnapshotId.EndOffset, partition.SnapshotId.Epoch),
            partition.Size,
            partition.Position,
            Bytes: partition.UnalignedRecords.Memory);
    }

    private static QuorumNode? NodeOf(int leaderId, IEnumerable<(int Id, string Host, int Port)> nodes)
    {
        foreach ((int id, string host, int port) in nodes)
        {
            if (id == leaderId && leaderId >= 0)
            {
                return new QuorumNode(id, host, port);
            }
        }
        return null;
    }
}
