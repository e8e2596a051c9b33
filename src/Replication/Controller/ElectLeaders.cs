using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>Decides ElectLeaders (KIP-460).</summary>
internal sealed class ElectLeaders
{
    private readonly ControllerTurn _turn;
    private readonly Election _election;
    private readonly List<MetadataRecord> _records = [];
    private readonly HashSet<(Uuid Topic, int Partition)> _seen = [];

    private ElectLeaders(ControllerTurn turn, Election election)
    {
        _turn = turn;
        _election = election;
    }

    public static Decision<ElectLeadersResponse> Decide(ControllerTurn turn, ElectLeadersRequest request)
    {
        if (request.ElectionType is not (0 or 1))
        {
            return Decision<ElectLeadersResponse>.Unchanged(new ElectLeadersResponse { ErrorCode = ErrorCode.InvalidRequest });
        }
        return new ElectLeaders(turn, request.ElectionType == 0 ? Election.Preferred : Election.Unclean).Decide(request);
    }

    private Decision<ElectLeadersResponse> Decide(ElectLeadersRequest request)
    {
        var response = new ElectLeadersResponse();
        if (request.TopicPartitions is { } requested)
        {
            foreach (ElectLeadersRequest.TopicPartitionsData topic in requested)
            {
                response.ReplicaElectionResults.Add(Elect(topic.Topic, topic.Partitions, isForAll: false));
            }
        }
        else
        {
            foreach (TopicImage topic in _turn.Image.Topics.ById.Values)
            {
                response.ReplicaElectionResults.Add(
                    Elect(topic.Name, Enumerable.Range(0, topic.Partitions.Length), isForAll: true));
            }
        }
        return new Decision<ElectLeadersResponse>(_records, response) { MayBeSplit = true };
    }

    private ElectLeadersResponse.ReplicaElectionResult Elect(string topic, IEnumerable<int> partitions, bool isForAll)
    {
        var result = new ElectLeadersResponse.ReplicaElectionResult { Topic = topic };
        foreach (int partition in partitions)
        {
            ApiError error = Elect(topic, partition);
            // Who asks for all partitions is told only of those that there was something to do for.
            if (!isForAll || error.Code != ErrorCode.ElectionNotNeeded)
            {
                result.PartitionResult.Add(new ElectLeadersResponse.PartitionResult
                {
                    PartitionId = partition,
                    ErrorCode = error.Code,
                    ErrorMessage = error.Message,
                });
            }
        }
        return result;
    }

    private ApiError Elect(string topicName, int index)
    {
        if (!_turn.Image.Topics.TryGet(topicName, out TopicImage? topic))
        {
            return new ApiError(ErrorCode.UnknownTopicOrPartition, $"No such topic as {topicName}");
        }
        if (topic.Partition(index) is not { } partition)
        {
            return new ApiError(ErrorCode.UnknownTopicOrPartition, $"No such partition as {topicName}-{index}");
        }
        bool isNeeded = _election == Election.Preferred
            ? partition.Leader != partition.Replicas[0]
            : partition.Leader == PartitionRegistration.NoLeader;
        if (!isNeeded)
        {
            return new ApiError(ErrorCode.ElectionNotNeeded);
        }
        if (_seen.Add((topic.Id, index)) && new PartitionChange(_turn, topic, index) { Election = _election }.Build() is { } record)
        {
            _records.Add(record);
            return ApiError.None;
        }
        return new ApiError(_election == Election.Preferred
            ? ErrorCode.PreferredLeaderNotAvailable
            : ErrorCode.EligibleLeadersNotAvailable);
    }
}
