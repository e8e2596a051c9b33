namespace Compat.Replication.Tests.Partitions.Simulation;

/// <summary>Many short lives of a small cluster, each from its seed.</summary>
public class PartitionSimulationTests(ITestOutputHelper output)
{
    /// <summary>PARTITION_SEED replays one seed; PARTITION_SEEDS runs that many instead of the few of every build.</summary>
    private static readonly int? OneSeed = Number("PARTITION_SEED");
    private static readonly int Seeds = Number("PARTITION_SEEDS") ?? 60;

    [Fact]
    public void Nothing_acknowledged_is_lost_whatever_strikes()
    {
        int acknowledged = 0;
        IEnumerable<int> seeds = OneSeed is { } one ? [one] : Enumerable.Range(1, Seeds);
        foreach (int seed in seeds)
        {
            using var simulation = new PartitionSimulation(new SimulationOptions(seed));
            Violation? violation = simulation.Run();
            acknowledged += simulation.AcknowledgedCount;
            Assert.True(violation is null, violation?.ToString());
        }
        output.WriteLine($"{seeds.Count()} seeds, {acknowledged} acknowledged records, no violation");
        Assert.True(acknowledged > seeds.Count());
    }

    [Fact]
    public void A_seed_always_does_the_same()
    {
        using var first = new PartitionSimulation(new SimulationOptions(7));
        using var second = new PartitionSimulation(new SimulationOptions(7));
        Assert.Null(first.Run());
        Assert.Null(second.Run());
        Assert.Equal(first.Events.Trace, second.Events.Trace);
    }

    [Theory]
    [InlineData(nameof(Mutant.EpochsAreNotChecked), 400)]
    [InlineData(nameof(Mutant.HighWatermarkTooEarly), 100)]
    [InlineData(nameof(Mutant.TruncationToHighWatermark), 400)]
    public void A_mistake_is_noticed(string mutant, int most)
    {
        int seed = 1;
        Violation? violation = null;
        while (violation is null && seed <= most)
        {
            violation = PartitionSimulation.Run(new SimulationOptions(seed++, Enum.Parse<Mutant>(mutant)));
        }
        Assert.NotNull(violation);
        output.WriteLine($"{mutant} after {seed - 1} seeds: {violation.Invariant}, {violation.Problem}");
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), out int number) ? number : null;
}
