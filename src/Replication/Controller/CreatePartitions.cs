using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>Decides CreatePartitions: every topic succeeds or fails by itself.</summary>
internal sealed class CreatePartitions
{
    private readonly ControllerTurn _turn;
    private readonly List<MetadataRecord> _records = [];

    private CreatePartitions(ControllerTurn turn) => _turn = turn;

    public static Decision<CreatePartitionsResponse> Decide(ControllerTurn turn, CreatePartitionsRequest request) =>
        new CreatePartitions(turn).Decide(request);

    /// <summary>The answer that fails all topics of a request.</summary>
    public static CreatePartitionsResponse Failure(CreatePartitionsRequest request, ApiError error) => new()
    {
        Results = [.. request.Topics.Select(topic => topic.Name).Distinct().Select(name => Result(name, error))],
    };

    private Decision<CreatePartitionsResponse> Decide(CreatePartitionsRequest request)
    {
        var response = new CreatePartitionsResponse();
        foreach (IGrouping<string, CreatePartitionsRequest.CreatePartitionsTopic> topics in request.Topics.GroupBy(t => t.Name))
        {
            ApiError error = topics.Count() > 1
                ? new ApiError(ErrorCode.InvalidRequest, "Duplicate topic name.")
                : Grow(topics.First());
            response.Results.Add(Result(topics.Key, error));
        }
        return new Decision<CreatePartitionsResponse>(request.ValidateOnly ? [] : _records, response);
    }

    private ApiError Grow(CreatePartitionsRequest.CreatePartitionsTopic request)
    {
        if (!_turn.Image.Topics.TryGet(request.Name, out TopicImage? topic))
        {
            return new ApiError(ErrorCode.UnknownTopicOrPartition);
        }
        int present = topic.Partitions.Length;
        if (request.Count == present)
        {
            return new ApiError(ErrorCode.InvalidPartitions, $"Topic already has {present} partition(s).");
        }
        if (request.Count < present)
        {
            return new ApiError(
                ErrorCode.InvalidPartitions,
                $"The topic {request.Name} currently has {present} partition(s); {request.Count} would not be an increase.");
        }
        if (request.Count - present > CreateTopics.MaxPartitionsPerRequest - _records.Count)
        {
            return new ApiError(ErrorCode.PolicyViolation, "Excessively large number of partitions per request.");
        }
        ApiError error = request.Assignments is { } assignments
            ? Assigned(topic, request.Count - present, assignments, out IReadOnlyList<PartitionRegistration> added)
            : new TopicPartitionPlan(_turn).Place(
                request.Count - present, (short)topic.Partitions[0].Replicas.Length, out added);
        for (int i = 0; i < added.Count; i++)
        {
            _records.Add(added[i].ToRecord(topic.Id, present + i, _turn.MetadataVersion));
        }
        return error;
    }

    private ApiError Assigned(
        TopicImage topic,
        int count,
        IReadOnlyList<CreatePartitionsRequest.CreatePartitionsAssignment> assignments,
        out IReadOnlyList<PartitionRegistration> added)
    {
        added = [];
        if (assignments.Count != count)
        {
            return new ApiError(
                ErrorCode.InvalidReplicaAssignment,
                $"Attempted to add {count} additional partition(s), but only {assignments.Count} assignment(s) were specified.");
        }
        ClusterImage cluster = _turn.Image.Cluster;
        var registrations = new List<PartitionRegistration>(count);
        foreach (CreatePartitionsRequest.CreatePartitionsAssignment assignment in assignments)
        {
            if (PartitionAssignments.ProblemWith(
                cluster, assignment.BrokerIds, topic.Partitions[0].Replicas.Length) is { } problem)
            {
                return new ApiError(ErrorCode.InvalidReplicaAssignment, problem);
            }
            if (PartitionAssignments.Register(_turn, assignment.BrokerIds) is not { } registration)
            {
                return new ApiError(
                    ErrorCode.InvalidReplicaAssignment,
                    PartitionAssignments.AllInactive(topic.Partitions.Length + registrations.Count));
            }
            registrations.Add(registration);
        }
        added = registrations;
        return ApiError.None;
    }

    private static CreatePartitionsResponse.CreatePartitionsTopicResult Result(string name, ApiError error) => new()
    {
        Name = name,
        ErrorCode = error.Code,
        ErrorMessage = error.Message,
    };
}
