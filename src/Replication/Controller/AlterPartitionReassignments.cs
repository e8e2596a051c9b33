using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>
/// Decides AlterPartitionReassignments (KIP-455): begins to move partitions to other brokers, or goes back. A move that goes
/// on ends by itself, when the leader says that the new replicas are in sync.
/// </summary>
internal sealed class AlterPartitionReassignments
{
    private readonly ControllerTurn _turn;
    private readonly bool _allowsOtherFactor;
    private readonly List<MetadataRecord> _records = [];
    private readonly HashSet<(Uuid Topic, int Partition)> _seen = [];

    private AlterPartitionReassignments(ControllerTurn turn, bool allowsOtherFactor)
    {
        _turn = turn;
        _allowsOtherFactor = allowsOtherFactor;
    }

    public static Decision<AlterPartitionReassignmentsResponse> Decide(
        ControllerTurn turn, AlterPartitionReassignmentsRequest request) =>
        new AlterPartitionReassignments(turn, request.AllowReplicationFactorChange).Decide(request);

    /// <summary>The answer that fails the request.</summary>
    public static AlterPartitionReassignmentsResponse Failure(AlterPartitionReassignmentsRequest request, ApiError error) => new()
    {
        AllowReplicationFactorChange = request.AllowReplicationFactorChange,
        ErrorCode = error.Code,
        ErrorMessage = error.Message,
    };

    private Decision<AlterPartitionReassignmentsResponse> Decide(AlterPartitionReassignmentsRequest request)
    {
        AlterPartitionReassignmentsResponse response = Failure(request, ApiError.None);
        foreach (AlterPartitionReassignmentsRequest.ReassignableTopic topic in request.Topics)
        {
            response.Responses.Add(new AlterPartitionReassignmentsResponse.ReassignableTopicResponse
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.Select(partition => Answer(partition.PartitionIndex, Alter(topic.Name, partition)))],
            });
        }
        return new Decision<AlterPartitionReassignmentsResponse>(_records, response);
    }

    private ApiError Alter(string name, AlterPartitionReassignmentsRequest.ReassignablePartition request)
    {
        if (!_turn.Image.Topics.TryGet(name, out TopicImage? topic))
        {
            return new ApiError(ErrorCode.UnknownTopicOrPartition, $"Unable to find a topic named {name}.");
        }
        if (topic.Partition(request.PartitionIndex) is not { } partition)
        {
            return new ApiError(ErrorCode.UnknownTopicOrPartition, $"Unable to find partition {name}:{request.PartitionIndex}.");
        }
        if (!_seen.Add((topic.Id, request.PartitionIndex)))
        {
            return new ApiError(ErrorCode.InvalidRequest, "Each partition must appear at most once.");
        }
        return request.Replicas is { } replicas
            ? Begin(topic, request.PartitionIndex, partition, replicas)
            : Cancel(topic, request.PartitionIndex, partition);
    }

    private ApiError Begin(TopicImage topic, int index, PartitionRegistration partition, List<int> replicas)
    {
        if (PartitionAssignments.ProblemWith(_turn.Image.Cluster, replicas, expectedCount: null) is { } problem)
        {
            return new ApiError(ErrorCode.InvalidReplicaAssignment, problem);
        }
        int factor = partition.Replicas.Length - partition.RemovingReplicas.Length;
        if (!_allowsOtherFactor && factor != replicas.Count)
        {
            return new ApiError(
                ErrorCode.InvalidReplicationFactor, $"The replication factor is changed from {factor} to {replicas.Count}");
        }
        var reassignment = Reassignment.Between(partition.Replicas, replicas);
        Add(new PartitionChange(_turn, topic, index)
        {
            Replicas = reassignment.Replicas,
            RemovingReplicas = reassignment.Removing,
            AddingReplicas = reassignment.Adding,
        });
        return ApiError.None;
    }

    private ApiError Cancel(TopicImage topic, int index, PartitionRegistration partition)
    {
        if (!partition.IsReassigning)
        {
            return new ApiError(ErrorCode.NoReassignmentInProgress);
        }
        (var replicas, var isr, bool isUnclean) = Reassignment.Revert(partition);
        if (isUnclean && !_turn.AllowsUncleanElection(topic.Name))
        {
            return new ApiError(
                ErrorCode.InvalidReplicaAssignment,
                $"Unable to revert partition assignment for {topic.Name}:{index} because it would require an unclean leader election.");
        }
        Add(new PartitionChange(_turn, topic, index)
        {
            Isr = isr,
            Replicas = replicas,
            RemovingReplicas = [],
            AddingReplicas = [],
            LeaderRecoveryState = isUnclean ? (sbyte)1 : partition.LeaderRecoveryState,
        }.WithTopicElection());
        return ApiError.None;
    }

    private void Add(PartitionChange change)
    {
        if (change.Build() is { } record)
        {
            _records.Add(record);
        }
    }

    private static AlterPartitionReassignmentsResponse.ReassignablePartitionResponse Answer(int index, ApiError error) => new()
    {
        PartitionIndex = index,
        ErrorCode = error.Code,
        ErrorMessage = error.Message,
    };
}
