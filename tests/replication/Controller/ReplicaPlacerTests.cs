using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Controller.Given;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

public class ReplicaPlacerTests
{
    [Fact]
    public void Copies_are_in_as_many_racks_as_there_are()
    {
        ClusterImage cluster = Cluster((1, "a"), (2, "a"), (3, "b"), (4, "b"), (5, "c"), (6, "c"));
        foreach (int[] replicas in Place(cluster, 60, 3))
        {
            Assert.Equal(3, replicas.Distinct().Count());
            Assert.Equal(["a", "b", "c"], replicas.Select(id => cluster.Brokers[id].Rack!).Order());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Leaders_and_copies_are_even_over_brokers_and_racks(int seed)
    {
        ClusterImage cluster = Cluster((1, "a"), (2, "a"), (3, "b"), (4, "b"), (5, "c"), (6, "c"));
        IReadOnlyList<int[]> assignments = Place(cluster, 60, 3, seed);
        Assert.All(assignments.CountBy(replicas => replicas[0]), leader => Assert.Equal(10, leader.Value));
        Assert.All(assignments.SelectMany(replicas => replicas).CountBy(id => id), broker => Assert.InRange(broker.Value, 24, 36));
    }

    [Fact]
    public void Racks_of_different_size_still_have_a_copy_each()
    {
        ClusterImage cluster = Cluster((1, "a"), (2, "a"), (3, "a"), (4, "b"));
        Assert.All(Place(cluster, 20, 2), replicas =>
            Assert.Equal(["a", "b"], replicas.Select(id => cluster.Brokers[id].Rack!).Order()));
    }

    [Fact]
    public void Brokers_without_a_rack_are_together_in_one()
    {
        ClusterImage cluster = Cluster((1, null), (2, null), (3, null));
        IReadOnlyList<int[]> assignments = Place(cluster, 30, 3);
        Assert.All(assignments, replicas => Assert.Equal([1, 2, 3], replicas.Order()));
        Assert.All(assignments.CountBy(replicas => replicas[0]), leader => Assert.Equal(10, leader.Value));
        Assert.True(assignments.Select(replicas => string.Join(',', replicas)).Distinct().Count() > 3);
    }

    [Fact]
    public void Fenced_brokers_come_last_and_never_lead()
    {
        ClusterImage cluster = new Given(Broker(1), Broker(2), Broker(3, fenced: true)).Image.Cluster;
        Assert.All(Place(cluster, 10, 2), replicas => Assert.Equal([1, 2], replicas.Order()));
        Assert.All(Place(cluster, 10, 3), replicas => Assert.Equal(3, replicas[2]));
    }

    [Fact]
    public void A_fenced_broker_of_another_rack_is_better_than_two_copies_in_one()
    {
        var given = new Given(InRack(1, "a"), InRack(2, "a"), InRack(3, "b", fenced: true));
        Assert.All(Place(given.Image.Cluster, 10, 2), replicas => Assert.Equal(3, replicas[1]));
    }

    [Fact]
    public void Growth_is_placed_in_the_same_way()
    {
        var given = new Given(InRack(1, "a"), InRack(2, "b"), InRack(3, "b"));
        given.Create("t", 1, 2);
        given.Then(CreatePartitions.Decide(given.Turn, new CreatePartitionsRequest { Topics = [new() { Name = "t", Count = 9, Assignments = null }] }));
        Assert.All(given.Image.Topics.ByName.GetValueOrDefault("t")!.Partitions, partition => Assert.Contains(1, partition.Replicas));
    }

    [Fact]
    public void Without_a_broker_that_may_lead_nothing_is_placed()
    {
        CreateTopicsResponse.CreatableTopicResult result = new Given(Broker(1, fenced: true)).Create("t");
        Assert.Equal(
            (ErrorCode.InvalidReplicationFactor, "Unable to replicate the partition 1 time(s): All brokers are currently fenced, or have all their log directories cordoned."),
            (result.ErrorCode, result.ErrorMessage));
    }

    [Fact]
    public void Only_active_brokers_are_in_sync_at_first()
    {
        var given = new Given(Broker(1), Broker(2, fenced: true));
        given.Create("t", 1, 2);
        Assert.Equal(("1,2", "1", 1), (Show(given.Partition("t").Replicas), Show(given.Partition("t").Isr), given.Partition("t").Leader));
    }

    private static IReadOnlyList<int[]> Place(ClusterImage cluster, int partitions, short factor, int seed = 1)
    {
        (IReadOnlyList<int[]> assignments, string? problem) = ReplicaPlacer.Place(cluster, partitions, factor, new Random(seed));
        Assert.Null(problem);
        Assert.Equal(partitions, assignments.Count);
        return assignments;
    }

    private static ClusterImage Cluster(params (int Id, string? Rack)[] brokers) =>
        new Given(brokers.Select(broker => InRack(broker.Id, broker.Rack))).Image.Cluster;

    private static MetadataRecord InRack(int id, string? rack, bool fenced = false)
    {
        MetadataRecord record = Broker(id, fenced: fenced);
        ((RegisterBrokerRecord)record.Message).Rack = rack;
        return record;
    }
}
