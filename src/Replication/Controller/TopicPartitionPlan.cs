using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>Plans the partitions of a topic to be created.</summary>
internal sealed class TopicPartitionPlan
{
    private readonly ControllerTurn _turn;

    public TopicPartitionPlan(ControllerTurn turn) => _turn = turn;

    /// <summary>Plans by the client's assignments if there are any, else by numbers.</summary>
    public ApiError Plan(CreateTopicsRequest.CreatableTopic topic, out IReadOnlyList<PartitionRegistration> partitions) =>
        topic.Assignments.Count > 0 ? PlanAssigned(topic, out partitions) : PlanPlaced(topic, out partitions);

    private ApiError PlanAssigned(
        CreateTopicsRequest.CreatableTopic topic,
        out IReadOnlyList<PartitionRegistration> partitions)
    {
        partitions = [];
        if (topic.ReplicationFactor != -1)
        {
            return new ApiError(
                ErrorCode.InvalidRequest,
                "A manual partition assignment was specified, but replication factor was not set to -1.");
        }
        if (topic.NumPartitions != -1)
        {
            return new ApiError(
                ErrorCode.InvalidRequest,
                "A manual partition assignment was specified, but numPartitions was not set to -1.");
        }
        var planned = new SortedDictionary<int, PartitionRegistration>();
        int? replicationFactor = null;
        foreach (CreateTopicsRequest.CreatableReplicaAssignment assignment in topic.Assignments)
        {
            ApiError error = PlanOne(assignment, replicationFactor, planned);
            if (error.IsError)
            {
                return error;
            }
            replicationFactor = assignment.BrokerIds.Count;
        }
        if (planned.First().Key != 0 || planned.Last().Key != planned.Count - 1)
        {
            return new ApiError(
                ErrorCode.InvalidReplicaAssignment, "partitions should be a consecutive 0-based integer sequence");
        }
        partitions = [.. planned.Values];
        return ApiError.None;
    }

    private ApiError PlanOne(
        CreateTopicsRequest.CreatableReplicaAssignment assignment,
        int? replicationFactor,
        SortedDictionary<int, PartitionRegistration> planned)
    {
        int index = assignment.PartitionIndex;
        if (planned.ContainsKey(index))
        {
            return new ApiError(
                ErrorCode.InvalidReplicaAssignment,
                $"Found multiple manual partition assignments for partition {index}");
        }
        ClusterImage cluster = _turn.Image.Cluster;
        if (PartitionAssignments.ProblemWith(cluster, assignment.BrokerIds, replicationFactor) is { } problem)
        {
            return new ApiError(ErrorCode.InvalidReplicaAssignment, problem);
        }
        if (PartitionAssignments.Register(_turn, assignment.BrokerIds) is not { } registration)
        {
            return new ApiError(ErrorCode.InvalidReplicaAssignment, PartitionAssignments.AllInactive(index));
        }
        planned.Add(index, registration);
        return ApiError.None;
    }

    private ApiError PlanPlaced(
        CreateTopicsRequest.CreatableTopic topic,
        out IReadOnlyList<PartitionRegistration> partitions)
    {
        partitions = [];
        if (topic.ReplicationFactor is < -1 or 0)
        {
            return new ApiError(
                ErrorCode.InvalidReplicationFactor,
                "Replication factor must be larger than 0, or -1 to use the default value.");
        }
        if (topic.NumPartitions is < -1 or 0)
        {
            return new ApiError(
                ErrorCode.InvalidPartitions, "Number of partitions was set to an invalid non-positive value.");
        }
        int count = topic.NumPartitions == -1 ? _turn.Options.DefaultPartitions : topic.NumPartitions;
        short factor = topic.ReplicationFactor == -1 ? _turn.Options.DefaultReplicationFactor : topic.ReplicationFactor;
        return Place(count, factor, out partitions);
    }

    /// <summary>Places partitions on brokers of the controller's choice.</summary>
    public ApiError Place(int count, short replicationFactor, out IReadOnlyList<PartitionRegistration> partitions)
    {
        partitions = [];
        ClusterImage cluster = _turn.Image.Cluster;
        (IReadOnlyList<int[]> assignments, string? problem) =
            ReplicaPlacer.Place(cluster, count, replicationFactor, _turn.Random);
        var registrations = new List<PartitionRegistration>(assignments.Count);
        foreach (int[] replicas in assignments)
        {
            if (PartitionAssignments.Register(_turn, replicas) is { } registration)
            {
                registrations.Add(registration);
            }
            else
            {
                problem = PartitionAssignments.NoActiveBroker;
            }
        }
        if (problem is not null)
        {
            return new ApiError(
                ErrorCode.InvalidReplicationFactor, PartitionAssignments.CannotReplicate(replicationFactor, problem));
        }
        partitions = registrations;
        return ApiError.None;
    }
}
