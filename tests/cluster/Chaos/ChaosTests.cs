using Compat.Cluster.Tests.Chaos.Faults;
using Compat.Cluster.Tests.Histories;

namespace Compat.Cluster.Tests.Chaos;

/// <summary>A short run of the chaos runner, and its mistakes that the checker has to find.</summary>
public class ChaosTests(ITestOutputHelper output)
{
    private const int MostSeeds = 5;

    // A broker that is cut off is noticed soon, so that a short run sees all of it.
    private static readonly Dictionary<string, string> Hasty = new()
    {
        ["broker.session.timeout.ms"] = "3000",
        ["broker.heartbeat.interval.ms"] = "500",
    };

    [Fact]
    public async Task Nothing_is_lost_doubled_or_reordered_by_faults_of_a_few_seconds()
    {
        ChaosOptions options = new()
        {
            Duration = TimeSpan.FromSeconds(20) * FaultScale.Rounds(1),
            ShortestFault = TimeSpan.FromSeconds(0.5),
            LongestFault = TimeSpan.FromSeconds(4),
            WritableWithin = TimeSpan.FromSeconds(30),
            Settings = Hasty,
        };
        Assert.Empty(await ChaosCommand.RunAsync(options, output.WriteLine));
    }

    [Theory]
    // Lost at the end of a partition or within it, by whether anybody has written to it afterwards.
    [InlineData(nameof(ChaosMutant.LeaderAcks), "isolate", nameof(AnomalyKind.LostWrite), nameof(AnomalyKind.Unseen))]
    [InlineData(nameof(ChaosMutant.NoDeduplication), "drop", nameof(AnomalyKind.Duplicate))]
    public async Task A_mistake_is_found(string mutant, string kind, params string[] anomalies)
    {
        ChaosOptions options = new()
        {
            Mutant = Enum.Parse<ChaosMutant>(mutant),
            Kinds = [kind],
            Duration = TimeSpan.FromSeconds(1),
            ShortestFault = TimeSpan.FromSeconds(5),
            LongestFault = TimeSpan.FromSeconds(6),
            WritableWithin = TimeSpan.FromSeconds(30),
            Settings = Hasty,
        };
        // A connection has to break between an append and its answer, a millisecond or so: one run has a dozen tries, and may miss all.
        IReadOnlyList<string> found = [];
        for (int seed = 1; seed <= MostSeeds && !found.Any(IsExpected); seed++)
        {
            found = await ChaosCommand.RunAsync(options with { Seed = seed }, output.WriteLine);
        }

        Assert.Contains(found, IsExpected);

        bool IsExpected(string finding) => Array.Exists(anomalies, anomaly => finding.StartsWith(anomaly, StringComparison.Ordinal));
    }

    [Fact]
    public void A_seed_decides_the_faults()
    {
        static string Of(int seed) => string.Join('\n', FaultPlan.Of(seed, 3, [.. FaultPlan.Kinds], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(9)).Take(50));
        Assert.Equal(Of(1), Of(1));
        Assert.NotEqual(Of(1), Of(2));
    }
}
