using System.Globalization;
using Compat.Replication.Quorum.Core;
using Compat.Replication.Tests.Quorum.Core;

namespace Compat.Replication.Tests.Quorum.Simulation;

/// <summary>
/// Runs seeds within a budget, and prints how many. SIMULATION_SEED runs one seed, SIMULATION_SEEDS another number of them.
/// </summary>
public sealed class QuorumSimulationTests(ITestOutputHelper output)
{
    private const int DefaultSeeds = 2_000;
    private const int SeedsForMutants = 500;

    [Fact]
    public void No_seed_breaks_an_invariant()
    {
        if (Setting("SIMULATION_SEED") is { } seed)
        {
            new QuorumSimulation(seed) { Trace = output.WriteLine }.Run();
            return;
        }
        int seeds = Setting("SIMULATION_SEEDS") ?? DefaultSeeds;
        long committed = 0;
        Parallel.For(0, seeds, each =>
        {
            var simulation = new QuorumSimulation(each);
            try
            {
                simulation.Run();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"Seed {each} at {simulation.NowMs} ms: {e.Message} Replay: SIMULATION_SEED={each} dotnet test -c Release tests/replication --filter No_seed_breaks_an_invariant", e);
            }
            Interlocked.Add(ref committed, simulation.Committed.History.Count);
        });
        output.WriteLine($"{seeds} seeds of the quorum, {committed} batches committed, no invariant broken");
    }

    [Fact]
    public void A_broken_rule_is_noticed_within_some_seeds()
    {
        foreach (QuorumRules mutant in new QuorumRules[] { new FetchesBeforeFlush(), new LeaderCountsUnflushed(), new HalfIsEnough() })
        {
            int noticed = Enumerable.Range(0, SeedsForMutants).FirstOrDefault(seed => Record.Exception(() => new QuorumSimulation(seed, mutant).Run()) is not null, -1);
            Assert.True(noticed >= 0, $"{SeedsForMutants} seeds do not notice {mutant.GetType().Name}.");
            output.WriteLine($"{mutant.GetType().Name} is noticed by seed {noticed}");
        }
    }

    private static int? Setting(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
