using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Clients.Tests.Drivers;

/// <summary>What the broker says of a thing when a test has failed over it. Never throws: it stands in the message of another failure.</summary>
internal static class Evidence
{
    /// <summary>Each partition's leader, log start offset and high watermark.</summary>
    public static Task<string> OfTopicAsync(string bootstrap, string topic) => AskAsync(async () =>
    {
        using IAdminClient admin = Reference.Admin(bootstrap);
        TopicMetadata found = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single();
        long[] starts = await Reference.OffsetsAsync(bootstrap, topic, found.Partitions.Count, OffsetSpec.Earliest());
        long[] ends = await Reference.OffsetsAsync(bootstrap, topic, found.Partitions.Count, OffsetSpec.Latest());
        return $"the broker says of {topic}: {found.Error.Code}, partitions "
            + string.Join(", ", found.Partitions.OrderBy(p => p.PartitionId).Select((p, i) => $"{p.PartitionId} led by {p.Leader} with offsets {starts[i]} to {ends[i]}"));
    });

    /// <summary>A group's state, its members with what they own, and what it has committed of a topic.</summary>
    public static Task<string> OfGroupAsync(string bootstrap, string group, string topic) => AskAsync(async () =>
    {
        using IAdminClient admin = Reference.Admin(bootstrap);
        ConsumerGroupDescription found = (await admin.DescribeConsumerGroupsAsync([group])).ConsumerGroupDescriptions.Single();
        int partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics.Single().Partitions.Count;
        long[] committed = await Reference.CommittedAsync(bootstrap, group, topic, partitions);
        IEnumerable<string> members = found.Members.Select(member =>
            $"{member.ConsumerId} owns {string.Join(",", member.Assignment.TopicPartitions.Select(p => p.Partition.Value))}");
        return $"the broker says of {group}: {found.State}, members {string.Join("; ", members)}, committed {string.Join(",", committed)}; "
            + await OfTopicAsync(bootstrap, topic);
    });

    private static async Task<string> AskAsync(Func<Task<string>> ask)
    {
        try
        {
            return await Task.Run(ask);
        }
        catch (KafkaException exception)
        {
            return $"the broker cannot be asked: {exception.Message}";
        }
    }
}
