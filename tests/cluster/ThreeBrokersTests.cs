using Compat.Cluster.Tests.Brokers;
using Compat.Cluster.Tests.Workloads;
using Confluent.Kafka;

namespace Compat.Cluster.Tests;

/// <summary>Three processes are one Kafka, as a client sees them.</summary>
public class ThreeBrokersTests
{
    [Fact]
    public async Task Records_of_a_replicated_topic_are_acknowledged_by_all_and_read_back()
    {
        await using ProcessCluster cluster = await ProcessCluster.StartAsync();

        Metadata metadata = await RoundTrip.AssertAsync(cluster.Bootstrap, "replicated", partitions: 6, brokers: [1, 2, 3]);

        Assert.Equal([1, 2, 3], metadata.Topics.Single().Partitions.Select(partition => partition.Leader).Distinct().Order());
    }
}
