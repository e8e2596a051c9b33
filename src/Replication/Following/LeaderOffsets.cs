using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Following;

/// <summary>A leader's answer to a ListOffsets of a follower: where its logs start, or end.</summary>
internal readonly struct LeaderOffsets
{
    /// <summary>The timestamp that asks for the end of the log.</summary>
    public const long Latest = -1;

    /// <summary>The timestamp that asks for the start of the log.</summary>
    public const long Earliest = -2;

    private readonly Dictionary<(string Topic, int Partition), (ErrorCode, long)> _offsets;

    /// <summary>Reads an answer; null is none.</summary>
    public LeaderOffsets(ListOffsetsResponse? response) => _offsets = response is null
        ? []
        : response.Topics
            .SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, partition)))
            .ToDictionary(each => (each.Name, each.partition.PartitionIndex), each => (each.partition.ErrorCode, each.partition.Offset));

    /// <summary>The request for the offsets of some partitions.</summary>
    public static ListOffsetsRequest Request(IEnumerable<FollowedPartition> partitions, long timestamp, int brokerId)
    {
        var request = new ListOffsetsRequest { ReplicaId = brokerId };
        foreach (IGrouping<string, FollowedPartition> topic in partitions.GroupBy(each => each.Partition.TopicPartition.Topic))
        {
            request.Topics.Add(new()
            {
                Name = topic.Key,
                Partitions =
                [
                    .. topic.Select(each => new ListOffsetsRequest.ListOffsetsPartition
                    {
                        PartitionIndex = each.Key.Partition,
                        CurrentLeaderEpoch = each.LeaderEpoch,
                        Timestamp = timestamp,
                    }),
                ],
            });
        }
        return request;
    }

    /// <summary>The offset of a partition, or why it is not known.</summary>
    public (ErrorCode ErrorCode, long Offset) Of(FollowedPartition followed)
    {
        TopicPartition partition = followed.Partition.TopicPartition;
        return _offsets.TryGetValue((partition.Topic, partition.Partition), out (ErrorCode, long) found) ? found : (ErrorCode.NetworkException, -1);
    }
}
