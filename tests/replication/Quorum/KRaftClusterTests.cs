using Compat.Replication.Quorum;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Quorum;

public sealed class KRaftClusterTests
{
    [Fact]
    public async Task Three_nodes_elect_one_and_replicate_what_it_appends()
    {
        await using var cluster = new KRaftCluster(3);
        cluster.Start(1, 2, 3);
        await cluster.AppendAsync("a");
        await cluster.AppendAsync("b");
        foreach (int id in cluster.Running.Keys)
        {
            await cluster.TopicsAre(id, "a", "b");
        }
        QuorumDescription described = cluster[await cluster.LeaderAsync()].Describe();
        Assert.Equal([1, 2, 3], described.Voters.Select(voter => voter.NodeId).Order());
        Assert.All(described.Voters, voter => Assert.True(voter.LogEndOffset > 0));
    }

    [Fact]
    public async Task A_leader_that_stops_in_good_order_or_at_once_is_replaced_and_nothing_is_lost()
    {
        await using var cluster = new KRaftCluster(3);
        cluster.Start(1, 2, 3);
        var topics = new List<string>();
        for (int round = 0; round < 4; round++)
        {
            topics.Add($"topic-{round}");
            await cluster.AppendAsync(topics[^1]);
            int leader = await cluster.LeaderAsync();
            await (round % 2 == 0 ? cluster.StopAsync(leader) : cluster.KillAsync(leader));
            topics.Add($"without-{leader}-{round}");
            await cluster.AppendAsync(topics[^1]);
            cluster.Start(leader);
            await cluster.TopicsAre(leader, [.. topics]);
        }
    }

    [Fact]
    public async Task An_observer_follows_and_is_described()
    {
        await using var cluster = new KRaftCluster(3);
        cluster.Start(1, 2, 3, 4);
        await cluster.AppendAsync("a");
        await cluster.TopicsAre(4, "a");
        QuorumDescription described = cluster[await cluster.LeaderAsync()].Describe();
        Assert.Equal([4], described.Observers.Select(observer => observer.NodeId));
    }

    [Fact]
    public async Task A_node_with_an_empty_disk_begins_with_the_leaders_snapshot()
    {
        await using var cluster = new KRaftCluster(3);
        cluster.Start(1, 2, 3);
        await cluster.AppendAsync("a");
        await cluster.AppendAsync("b");
        int leader = await cluster.LeaderAsync();
        KRaftQuorum quorum = cluster[leader];
        var id = new OffsetAndEpoch(quorum.HighWatermark, quorum.Leader.Epoch);
        using (IMetadataSnapshotWriter writer = quorum.CreateSnapshot(id, 5_000)!)
        {
            writer.Append([Topic("a", Id(1)), Topic("b", Id(2))]);
            writer.Freeze();
        }
        int other = cluster.Running.Keys.First(each => each != leader);
        await cluster.StopAsync(other);
        cluster.Wipe(other);
        cluster.Start(other);
        await cluster.AppendAsync("c");
        await cluster.TopicsAre(other, "a", "b", "c");
        Assert.Contains($"snapshot {id}", cluster.Running[other].Listener.Events);
        await cluster.StopAsync(other);
        cluster.Start(other);
        await cluster.TopicsAre(other, "a", "b", "c");
    }

    [Fact]
    public async Task A_leader_that_is_cut_off_commits_nothing_and_is_replaced()
    {
        await using var cluster = new KRaftCluster(3);
        cluster.Start(1, 2, 3);
        await cluster.AppendAsync("a");
        int leader = await cluster.LeaderAsync();
        int[] others = [.. cluster.Running.Keys.Where(id => id != leader)];
        foreach (int other in others)
        {
            cluster.Network.Cut($"node{leader}", $"node{other}");
            cluster.Network.Cut($"node{other}", $"node{leader}");
        }
        Proposal lost = cluster[leader].Append(cluster[leader].Leader.Epoch, [Topic("lost", Id(7))]);
        Assert.Equal(ProposalOutcome.OutcomeUnknown, await cluster[leader].WaitAsync(lost));
        await Eventually.True(() => others.Any(id => cluster[id].Leader.IsLeader(id)), "a new leader");
        cluster.Network.Heal();
        await cluster.AppendAsync("b");
        await cluster.TopicsAre(leader, "a", "b");
    }
}
