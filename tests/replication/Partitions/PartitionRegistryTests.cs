using Compat.Log;
using Compat.Log.Storage;
using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Partitions;

public class PartitionRegistryTests
{
    [Fact]
    public void Partitions_with_a_replica_here_are_found_by_name_and_by_id()
    {
        using var fixture = new PartitionFixture();
        fixture.Apply([Broker(1), Broker(2), .. TopicOf("mine", Id(1), 2, 1), .. TopicOf("theirs", Id(2), 1, 2)]);

        Assert.Equal(2, fixture.Registry.Count);
        Assert.True(fixture.Registry.TryGet(new TopicPartition("mine", 1), out Partition? byName));
        Assert.True(fixture.Registry.TryGet(Id(1), 1, out Partition? byId));
        Assert.Same(byName, byId);
        Assert.True(byName.IsLeader);
        Assert.False(fixture.Registry.TryGet("mine", 2, out _));
        Assert.False(fixture.Registry.TryGet("mine", -1, out _));
        Assert.False(fixture.Registry.TryGet("theirs", 0, out _));
        Assert.Equal(2, fixture.Registry.All.Count());
        Assert.Equal(["leading mine-0 0", "leading mine-1 0"], fixture.Listener.Events);
    }

    [Fact]
    public void Nothing_is_led_before_this_process_is_registered()
    {
        using var fixture = new PartitionFixture();
        fixture.Apply([Broker(9), .. TopicOf("t", Id(1), 1, 1)]);
        Assert.False(fixture["t", 0].IsLeader);
        fixture.Apply(Broker(1), Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 1 }, 2));
        Assert.True(fixture["t", 0].IsLeader);
        Assert.Equal(["leading t-0 1"], fixture.Listener.Events);
    }

    [Fact]
    public void Added_partitions_and_new_epochs_are_followed()
    {
        using var fixture = new PartitionFixture();
        fixture.Apply([Broker(1), Broker(2), .. TopicOf("t", Id(1), 1, 1, 2)]);
        fixture.Apply(Partition(Id(1), 1, 1));
        fixture.Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 2 }, 2));
        Assert.Equal((2, false, 1), (fixture["t", 0].LeaderId, fixture["t", 0].IsLeader, fixture["t", 0].LeaderEpoch));
        Assert.Equal(["leading t-0 0", "leading t-1 0", "not leading t-0"], fixture.Listener.Events);
    }

    [Fact]
    public void A_deleted_topic_is_gone_with_its_logs_and_a_new_one_of_the_name_begins_empty()
    {
        using var fixture = new PartitionFixture();
        fixture.Apply([Broker(1), .. TopicOf("t", Id(1), 1, 1)]);
        Partition old = fixture["t", 0];
        old.AppendAsLeader(PartitionFixture.Batch("a"), 1, AppendOrigin.Client);

        fixture.Apply([Remove(Id(1)), .. TopicOf("t", Id(2), 1, 1)]);

        Assert.True(old.IsDeleted);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, old.AppendAsLeader(PartitionFixture.Batch("b"), 1, AppendOrigin.Client).ErrorCode);
        Assert.False(fixture.Registry.TryGet(Id(1), 0, out _));
        Assert.Equal((Id(2), 0L), (fixture["t", 0].TopicId, fixture["t", 0].Log.LogEndOffset));
        fixture.Apply(Remove(Id(2)));
        Assert.False(fixture.Registry.TryGet("t", 0, out _));
        Assert.Equal((0, 0), (fixture.Registry.Count, fixture.Logs.Count));
        Assert.Equal(["leading t-0 0", "not leading t-0", "leading t-0 0", "not leading t-0"], fixture.Listener.Events);
    }

    [Fact]
    public void Settings_are_followed_of_the_topic_and_of_the_broker()
    {
        using var fixture = new PartitionFixture();
        fixture.Apply([Broker(1), .. TopicOf("t", Id(1), 2, 1)]);
        fixture.Apply(Config("t", "min.insync.replicas", "3"));
        Assert.Equal(3, fixture["t", 1].Log.Config.MinInsyncReplicas);
        fixture.Apply(Of(new ConfigRecord { ResourceType = 4, ResourceName = "", Name = "log.retention.ms", Value = "77" }));
        Assert.Equal((77L, 3), (fixture["t", 1].Log.Config.RetentionMs, fixture["t", 1].Log.Config.MinInsyncReplicas));
        fixture.Apply(Config("t", "min.insync.replicas", null));
        Assert.Equal(1, fixture["t", 0].Log.Config.MinInsyncReplicas);
    }

    [Fact]
    public void A_restart_opens_the_logs_that_the_metadata_knows_and_moves_the_others_aside()
    {
        MemoryStorage storage;
        using (var before = new PartitionFixture())
        {
            before.Apply([Broker(1), .. TopicOf("kept", Id(1), 1, 1), .. TopicOf("gone", Id(2), 1, 1), .. TopicOf("again", Id(3), 1, 1)]);
            foreach (string topic in (string[])["kept", "gone", "again"])
            {
                before[topic, 0].AppendAsLeader(PartitionFixture.Batch("a"), 1, AppendOrigin.Client);
            }
            storage = before.Storage;
        }
        storage.CreateDirectory("/data/__cluster_metadata-0");

        using var after = new PartitionFixture(storage);
        after.Apply([Broker(1), .. TopicOf("kept", Id(1), 1, 1), .. TopicOf("again", Id(4), 1, 1)]);

        Assert.Equal(1, after["kept", 0].Log.LogEndOffset);
        Assert.Equal(0, after["again", 0].Log.LogEndOffset);
        string[] names = [.. storage.List("/data").Where(e => e.IsDirectory).Select(e => e.Name)];
        Assert.Contains("__cluster_metadata-0", names);
        Assert.Contains(names, name => name.StartsWith("gone-0.", StringComparison.Ordinal) && name.EndsWith("-stray", StringComparison.Ordinal));
        Assert.Contains(names, name => name.StartsWith("again-0.", StringComparison.Ordinal) && name.EndsWith("-stray", StringComparison.Ordinal));
    }

    [Fact]
    public void A_reassignment_away_takes_the_replica_with_it()
    {
        using var fixture = new PartitionFixture();
        fixture.Apply([Broker(1), Broker(2), .. TopicOf("t", Id(1), 1, 1)]);
        fixture.Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Replicas = [2], Isr = [2], Leader = 2 }, 2));
        Assert.False(fixture.Registry.TryGet("t", 0, out _));
        Assert.Equal((0, 0), (fixture.Registry.Count, fixture.Logs.Count));
    }

    [Fact]
    public void Looking_a_partition_up_allocates_nothing()
    {
        using var fixture = new PartitionFixture();
        fixture.Apply([Broker(1), .. TopicOf("t", Id(1), 8, 1)]);
        var name = new TopicPartition("t", 3);
        fixture.Registry.TryGet(name, out _);
        fixture.Registry.TryGet(Id(1), 3, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool found = fixture.Registry.TryGet(name, out _) & fixture.Registry.TryGet(Id(1), 3, out _);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(found);
    }
}
