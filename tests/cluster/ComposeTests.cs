using Compat.Cluster.Tests.Compose;
using Compat.Cluster.Tests.Workloads;

namespace Compat.Cluster.Tests;

/// <summary>The compose files of Apache Kafka's image: with our image in the place of Apache's, the same environments are the same clusters.</summary>
public class ComposeTests
{
    [Fact]
    public Task A_single_node() => RunAsync(ComposeExamples.SingleNode);

    [Fact]
    public Task Three_brokers_that_are_controllers() => RunAsync(ComposeExamples.Combined);

    [Fact]
    public Task Three_controllers_and_three_brokers() => RunAsync(ComposeExamples.Isolated);

    private static async Task RunAsync(IReadOnlyList<ComposeService> services)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere the loopback interface has one address");
        await using ComposeProcesses processes = await ComposeProcesses.UpAsync(services);
        int[] brokers = [.. services.Where(service => service.IsBroker).Select(service => int.Parse(service.Environment["KAFKA_NODE_ID"]))];
        await RoundTrip.AssertAsync(processes.Bootstrap, "t", partitions: 3, brokers);

        Assert.Empty(processes.UnknownSettings);
    }
}
