using Compat.Log;
using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Replication.Partitions;
using Compat.Replication.Throttling;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Server.Tests.Replicas;

/// <summary>Leaders and followers over the transport: fetch sessions, commits, changes of leader, restarts.</summary>
public sealed class ReplicationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task What_all_replicas_have_is_committed()
    {
        await using var cluster = new ReplicaCluster(3);
        cluster.CreateTopic(1, 2, 3);

        Assert.Equal(ErrorCode.None, await ProduceAsync(cluster[1], 0, "a", "b"));
        Assert.Equal(ErrorCode.None, await ProduceAsync(cluster[1], 0, "c"));

        await SameAsync(cluster, 3);
        Assert.Equal(2, cluster[1].Sessions.Count);
    }

    [Fact]
    public async Task A_partition_that_is_new_to_a_follower_does_not_wait_for_a_fetch_that_the_leader_holds()
    {
        await using var cluster = new ReplicaCluster(2, maxWaitMs: (int)TimeSpan.FromHours(1).TotalMilliseconds);
        cluster.CreateTopic(1, 2);
        Assert.Equal(ErrorCode.None, await ProduceAsync(cluster[1], 0, "a"));

        for (int index = 1; index < 20; index++)
        {
            cluster.AddPartition(index, 1, 2);
            Partition partition = cluster[1].PartitionAt(index);
            partition.AppendAsLeader(Data.DataFixture.BatchAt(1_700_000_000_000, ["b"]), -1, AppendOrigin.Client);

            Assert.Equal(ErrorCode.None, await partition.WaitUntilCommittedAsync(1, 0, Patience));
        }
    }

    [Fact]
    public async Task A_follower_takes_over_with_everything_and_the_leader_before_follows_it()
    {
        await using var cluster = new ReplicaCluster(3);
        cluster.CreateTopic(1, 2, 3);
        Assert.Equal(ErrorCode.None, await ProduceAsync(cluster[1], 0, "a"));
        MemoryStorage disk = await cluster.StopAsync(1);
        cluster.Elect(2, 2, 3);
        Assert.Equal(ErrorCode.None, await ProduceAsync(cluster[2], 1, "b"));

        cluster.Start(1, disk);

        await SameAsync(cluster, 2);
        await UntilAsync(() => cluster[2].Partition.InSyncReplicas.Length == 3, "the broker that came back is in sync");
    }

    [Fact]
    public async Task Records_of_a_leader_that_nobody_else_had_give_way()
    {
        await using var cluster = new ReplicaCluster(2);
        cluster.CreateTopic(1, 2);
        Assert.Equal(ErrorCode.None, await ProduceAsync(cluster[1], 0, "a"));
        MemoryStorage disk = await cluster.StopAsync(2);
        Append(cluster[1], "lost", "lost too");
        MemoryStorage former = await cluster.StopAsync(1);
        cluster.Start(2, disk);
        cluster.Elect(2, 2);
        Assert.Equal(ErrorCode.None, await ProduceAsync(cluster[2], 1, "b"));

        cluster.Start(1, former);

        await SameAsync(cluster, 2);
        Assert.Equal(["a", "b"], Values(cluster[1].Partition));
    }

    [Fact]
    public async Task A_follower_that_missed_what_was_deleted_begins_at_the_leaders_start()
    {
        await using var cluster = new ReplicaCluster(2);
        cluster.CreateTopic(1, 2);
        MemoryStorage disk = await cluster.StopAsync(2);
        cluster.Elect(1, 1);
        Assert.Equal(ErrorCode.None, await ProduceAsync(cluster[1], 1, "a", "b", "c"));
        Assert.Equal(ErrorCode.None, cluster[1].Partition.DeleteRecordsBefore(2).ErrorCode);

        cluster.Start(2, disk);

        await SameAsync(cluster, 3);
        Assert.Equal(2, cluster[2].Partition.Log.LogStartOffset);
    }

    [Fact]
    public async Task Deleting_reaches_the_followers()
    {
        await using var cluster = new ReplicaCluster(2);
        cluster.CreateTopic(1, 2);
        Assert.Equal(ErrorCode.None, await ProduceAsync(cluster[1], 0, "a", "b"));
        Assert.Equal(ErrorCode.None, cluster[1].Partition.DeleteRecordsBefore(-1).ErrorCode);
        Assert.Equal(ErrorCode.None, await cluster[1].Partition.WaitUntilDeletedAsync(2, Patience));
        Assert.Equal(2, cluster[2].Partition.Log.LogStartOffset);
    }

    [Fact]
    public async Task A_minimum_that_is_not_there_is_told_before_the_append()
    {
        await using var cluster = new ReplicaCluster(3, LogConfig.Default with { MinInsyncReplicas = 2 });
        cluster.CreateTopic(1, 2, 3);
        await cluster.StopAsync(2);
        await cluster.StopAsync(3);
        cluster.Elect(1, 1);

        Assert.Equal(ErrorCode.NotEnoughReplicas, await ProduceAsync(cluster[1], 1, "a"));
        Assert.Equal(0, cluster[1].Partition.Log.LogEndOffset);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task A_throttled_replica_waits_until_its_quota_allows_more_and_one_in_sync_does_not(bool isOnLeader, long heldAt)
    {
        ThrottledReplicas all = ThrottledReplicas.From(["*"]);
        await using var cluster = new ReplicaCluster(3, isOnLeader
            ? LogConfig.Default with { LeaderThrottledReplicas = all }
            : LogConfig.Default with { FollowerThrottledReplicas = all });
        cluster.CreateTopic(1, 2, 3);
        Assert.Equal(ErrorCode.None, await ProduceAsync(cluster[1], 0, "a"));
        MemoryStorage disk = await cluster.StopAsync(3);
        cluster.Elect(1, 1, 2);
        cluster[1].Throttle.Leader.BytesPerSecond = 0;
        cluster[2].Throttle.Follower.BytesPerSecond = 0;
        cluster.AreQuotasUsedUp = true;
        foreach (string value in (string[])["b", "c", "d"])
        {
            Assert.Equal(ErrorCode.None, await ProduceAsync(cluster[1], 1, value));
        }

        cluster.Start(3, disk);

        // A leader that holds back says what is committed; a follower hears that with the first batch, and then asks for no more.
        Partition held = cluster[3].Partition;
        await UntilAsync(() => held.Log.LogEndOffset == heldAt && held.HighWatermark == heldAt, "the replica has heard of its leader");
        Assert.Equal(ErrorCode.None, await ProduceAsync(cluster[1], 1, "e"));
        Assert.Equal(heldAt, held.Log.LogEndOffset);
        Assert.DoesNotContain(3, cluster[1].Partition.InSyncReplicas);

        cluster[1].Throttle.Leader.BytesPerSecond = ReplicationQuota.Unlimited;
        cluster[3].Throttle.Follower.BytesPerSecond = ReplicationQuota.Unlimited;
        await SameAsync(cluster, 5);
        await UntilAsync(() => cluster[1].Partition.InSyncReplicas.Length == 3, "it is in sync again");
    }

    private static async Task<ErrorCode> ProduceAsync(ReplicaBroker broker, int leaderEpoch, params string[] values)
    {
        AppendResult result = Append(broker, values);
        return result.ErrorCode == ErrorCode.None
            ? await broker.Partition.WaitUntilCommittedAsync(result.LastOffset + 1, leaderEpoch, Patience)
            : result.ErrorCode;
    }

    private static AppendResult Append(ReplicaBroker broker, params string[] values) =>
        broker.Partition.AppendAsLeader(Data.DataFixture.BatchAt(1_700_000_000_000, values), -1, AppendOrigin.Client);

    private static List<string> Values(Partition partition)
    {
        var values = new List<string>();
        foreach (RecordBatch batch in partition.Log.ReadBatches(0))
        {
            foreach (Wire.Records.Record record in batch.Records())
            {
                values.Add(System.Text.Encoding.UTF8.GetString(record.Value));
            }
        }

        return values;
    }

    private static Task SameAsync(ReplicaCluster cluster, long end) => UntilAsync(
        () => cluster.Brokers.All(broker => broker.Partition.Log.LogEndOffset == end && broker.Partition.HighWatermark == end),
        $"all logs end at {end}: {string.Join("; ", cluster.Brokers.Select(broker => broker.Partition.Log))}");

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, $"Waited in vain for: {what}");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
