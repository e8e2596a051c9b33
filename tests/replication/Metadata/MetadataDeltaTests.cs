using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Metadata;

public class MetadataDeltaTests
{
    [Fact]
    public void A_new_topic_is_found_by_name_and_by_id_with_its_partitions()
    {
        MetadataImage image = MetadataImage.Empty.Apply(TopicOf("orders", Id(1), 3, 1, 2));

        Assert.True(image.Topics.TryGet("orders", out TopicImage? topic));
        Assert.True(image.Topics.TryGet(Id(1), out TopicImage? same));
        Assert.Same(topic, same);
        Assert.Equal(3, topic.Partitions.Length);
        Assert.Equal(3, image.Topics.PartitionCount);
        Assert.Equal([1, 2], topic.Partitions[2].Replicas);
        Assert.Null(topic.Partition(3));
        Assert.Null(topic.Partition(-1));
        Assert.Equal(1, image.Topics.Partition(new TopicPartition("orders", 0))!.Leader);
    }

    [Fact]
    public void An_image_never_changes()
    {
        MetadataImage before = MetadataImage.Empty.Apply(TopicOf("orders", Id(1), 1, 1));
        MetadataImage after = before.Apply(
            Partition(Id(1), 1, 2),
            Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 1 }, 2));

        Assert.Single(before.Topics.ByName.GetValueOrDefault("orders")!.Partitions);
        Assert.Equal(0, before.Topics.Partition(new TopicPartition("orders", 0))!.LeaderEpoch);
        Assert.Equal(1, after.Topics.Partition(new TopicPartition("orders", 0))!.LeaderEpoch);
        Assert.Equal(2, after.Topics.PartitionCount);
    }

    [Fact]
    public void A_leader_named_raises_the_leader_epoch_even_if_it_is_the_same_one()
    {
        MetadataImage image = MetadataImage.Empty.Apply(TopicOf("t", Id(1), 1, 1, 2));
        PartitionRegistration named = image
            .Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 1 }, 2))
            .Topics.Partition(new TopicPartition("t", 0))!;
        PartitionRegistration shrunk = image
            .Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Isr = [1] }, 2))
            .Topics.Partition(new TopicPartition("t", 0))!;

        Assert.Equal((1, 1), (named.LeaderEpoch, named.PartitionEpoch));
        Assert.Equal((0, 1), (shrunk.LeaderEpoch, shrunk.PartitionEpoch));
        Assert.Equal([1], shrunk.Isr);
        Assert.Equal([1, 2], shrunk.Replicas);
    }

    [Fact]
    public void A_removed_topic_is_gone_with_its_configurations()
    {
        MetadataImage image = MetadataImage.Empty
            .Apply([.. TopicOf("a.b", Id(1), 2, 1), Config("a.b", "retention.ms", "5")])
            .Apply(Remove(Id(1)));

        Assert.Equal((0, 0), (image.Topics.Count, image.Topics.PartitionCount));
        Assert.False(image.Topics.TryGet("a.b", out _));
        Assert.Empty(image.Configs.Of(ConfigResource.Topic("a.b")));
        Assert.Empty(image.Topics.ByUnifiedName);
    }

    [Fact]
    public void A_topic_recreated_in_the_same_batch_as_it_is_removed_in_has_the_new_id()
    {
        MetadataImage image = MetadataImage.Empty.Apply(TopicOf("t", Id(1), 2, 1));
        var delta = new MetadataDelta(image);
        foreach (MetadataRecord record in (MetadataRecord[])[Remove(Id(1)), .. TopicOf("t", Id(2), 1, 1)])
        {
            delta.Replay(record);
        }
        MetadataImage after = delta.Apply(new MetadataProvenance(9, 1, 0, true));

        Assert.Equal(Id(2), after.Topics.ByName.GetValueOrDefault("t")!.Id);
        Assert.False(after.Topics.TryGet(Id(1), out _));
        Assert.Equal(1, after.Topics.PartitionCount);
        Assert.Equal([Id(1)], delta.Topics!.Deleted.Select(topic => topic.Id));
        Assert.Equal([Id(2)], delta.Topics!.Changed.Select(topic => topic.Id));
    }

    [Fact]
    public void Configurations_are_set_and_removed_by_name()
    {
        MetadataImage image = MetadataImage.Empty
            .Apply(Config("t", "retention.ms", "5"), Config("t", "cleanup.policy", "compact"))
            .Apply(Config("t", "retention.ms", null));

        Assert.Equal(["cleanup.policy"], image.Configs.Of(ConfigResource.Topic("t")).Keys);
        MetadataImage none = image.Apply(Config("t", "cleanup.policy", null));
        Assert.Empty(none.Configs.ByResource);
    }

    [Fact]
    public void A_feature_at_level_0_is_off()
    {
        MetadataImage image = MetadataImage.Empty
            .Apply(Feature("metadata.version", 33), Feature("group.version", 1), Feature("kraft.version", 1))
            .Apply(Feature("group.version", 0));

        Assert.Equal((short)33, image.Features.LevelOf("metadata.version"));
        Assert.Equal((short)0, image.Features.LevelOf("group.version"));
        Assert.Empty(image.Features.Finalized);
    }

    [Fact]
    public void A_broker_is_registered_fenced_unfenced_and_unregistered()
    {
        MetadataImage image = MetadataImage.Empty.Apply(Broker(1, epoch: 7, fenced: true));
        Assert.False(image.Cluster.IsActive(1));
        image = image.Apply(Of(
            new BrokerRegistrationChangeRecord { BrokerId = 1, BrokerEpoch = 7, Fenced = BrokerRegistration.UnfenceChange }, 3));
        Assert.True(image.Cluster.IsActive(1));
        Assert.Equal("host1", image.Cluster.Brokers[1].Endpoint("PLAINTEXT")!.Host);
        image = image.Apply(Of(new BrokerRegistrationChangeRecord { BrokerId = 1, BrokerEpoch = 7, InControlledShutdown = 1 }, 3));
        Assert.False(image.Cluster.IsActive(1));
        Assert.Empty(image.Apply(Of(new UnregisterBrokerRecord { BrokerId = 1, BrokerEpoch = 7 })).Cluster.Brokers);
    }

    [Theory]
    [InlineData("unknown topic")]
    [InlineData("unknown partition")]
    [InlineData("gap")]
    [InlineData("old broker")]
    [InlineData("removed twice")]
    public void Records_that_contradict_the_image_are_refused(string what)
    {
        MetadataImage image = MetadataImage.Empty.Apply([Broker(1, epoch: 7), .. TopicOf("t", Id(1), 1, 1)]);
        MetadataRecord record = what switch
        {
            "unknown topic" => Partition(Id(9), 0, 1),
            "unknown partition" => Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 5, Leader = 1 }, 2),
            "gap" => Partition(Id(1), 2, 1),
            "removed twice" => Remove(Id(2)),
            _ => Of(new FenceBrokerRecord { Id = 1, Epoch = 6 }),
        };
        Assert.Throws<MetadataException>(() => image.Apply(record));
    }

    [Fact]
    public void The_difference_between_two_images_names_what_is_gone_and_what_is_there()
    {
        MetadataImage before = MetadataImage.Empty.Apply(
            [.. TopicOf("gone", Id(1), 1, 1), .. TopicOf("stays", Id(2), 1, 1), Config("gone", "a", "b")]);
        MetadataImage after = MetadataImage.Empty.Apply([.. TopicOf("stays", Id(2), 2, 1), Config("stays", "c", "d")]);

        var delta = MetadataDelta.Between(before, after);

        Assert.Equal(["gone"], delta.Topics!.Deleted.Select(topic => topic.Name));
        Assert.Equal(["stays"], delta.Topics!.Changed.Select(topic => topic.Name));
        MetadataImage applied = delta.Apply(after.Provenance);
        Assert.Equal(after.ToRecords().Select(Text), applied.ToRecords().Select(Text));
    }

    [Fact]
    public void A_change_of_one_topic_among_thousands_copies_little()
    {
        MetadataImage image = MetadataImage.Empty.Apply(
            Enumerable.Range(1, 5_000).SelectMany(n => TopicOf("topic-" + n, Id(n), 2, 1)));
        MetadataRecord[] one = TopicOf("one-more", Id(9_999), 1, 1);
        image.Apply(one);

        long before = GC.GetAllocatedBytesForCurrentThread();
        MetadataImage after = image.Apply(one);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(10_001, after.Topics.PartitionCount);
        Assert.True(allocated < 64 * 1024, $"{allocated} bytes for one topic");
    }

    internal static string Text(MetadataRecord record)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        MetadataRecordSerde.Write(record, buffer);
        return Convert.ToHexString(buffer.WrittenSpan);
    }
}
