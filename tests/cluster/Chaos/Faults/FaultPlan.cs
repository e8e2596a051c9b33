using Compat.Cluster.Tests.Chaos.Links;

namespace Compat.Cluster.Tests.Chaos.Faults;

/// <summary>Faults that strike together, how long they last, and how long all is well afterwards.</summary>
internal sealed record PlannedFaults(IReadOnlyList<Fault> Faults, TimeSpan Duration, TimeSpan Pause)
{
    public override string ToString() => $"{string.Join(" and ", Faults)} for {Duration.TotalSeconds:0.0} s";
}

/// <summary>Which faults strike, decided by a seed alone: without end, the same for the same seed, nodes and kinds.</summary>
internal static class FaultPlan
{
    private const double OverlapRate = 0.25;

    private static readonly Dictionary<string, Func<Random, int, Fault>> Makers = new(StringComparer.Ordinal)
    {
        ["kill"] = (random, nodes) => new Ending(Someone(random, nodes), isKilled: true),
        ["stop"] = (random, nodes) => new Ending(Someone(random, nodes), isKilled: false),
        ["pause"] = (random, nodes) => new Pausing(Someone(random, nodes)),
        ["kill-all"] = (_, _) => new KillingAll(),
        ["storm"] = (random, nodes) => new RestartStorm(
            Someone(random, nodes), [.. Enumerable.Range(0, random.Next(3, 8)).Select(_ => TimeSpan.FromMilliseconds(random.Next(1500)))]),
        ["rolling"] = (_, _) => new RollingRestart(),
        ["isolate"] = (random, nodes) => Isolation(random, nodes),
        ["split"] = (random, nodes) => Split(random, nodes),
        ["one-way"] = (random, nodes) => OneWay(random, nodes),
        ["clients"] = (random, nodes) => new BadLinks("clients", Both([Network.Clients], random.Next(2) == 0 ? Ids(nodes) : [OneOf(random, nodes)]), LinkQuality.Cut),
        ["slow-link"] = (random, nodes) => SlowLinks(random, nodes),
        ["drop"] = (random, nodes) => new Dropping(random.Next(nodes + 1), TimeSpan.FromMilliseconds(random.Next(20, 1000))),
        ["slow-disk"] = (random, nodes) => new MachineFault(
            "slow-disk", Someone(random, nodes), $"{FaultyMachine.SlowDisk} {random.Next(5, 500)}", FaultyMachine.GoodDisk),
        ["full-disk"] = (random, nodes) => new MachineFault("full-disk", Someone(random, nodes), FaultyMachine.FullDisk, FaultyMachine.GoodDisk, mayEnd: true),
        ["clock"] = (random, nodes) => new MachineFault(
            "clock", Someone(random, nodes), $"{FaultyMachine.Clock} {random.Next(-3600, 3600)}", $"{FaultyMachine.Clock} 0"),
    };

    /// <summary>Every kind of fault.</summary>
    public static IReadOnlyCollection<string> Kinds => Makers.Keys;

    /// <summary>The faults of a seed.</summary>
    public static IEnumerable<PlannedFaults> Of(int seed, int nodes, IReadOnlyList<string> kinds, TimeSpan shortest, TimeSpan longest)
    {
        Random random = new(seed);
        while (true)
        {
            List<Fault> faults = [Make(random, nodes, kinds)];
            if (faults[0].MayOverlap && random.NextDouble() < OverlapRate && Make(random, nodes, kinds) is { MayOverlap: true } second && second.Kind != faults[0].Kind)
            {
                faults.Add(second);
            }

            yield return new PlannedFaults(faults, shortest + ((longest - shortest) * random.NextDouble()), TimeSpan.FromSeconds(random.Next(4)));
        }
    }

    private static Fault Make(Random random, int nodes, IReadOnlyList<string> kinds) => Makers[kinds[random.Next(kinds.Count)]](random, nodes);

    private static Victim Someone(Random random, int nodes) => random.Next(3) == 0 ? Victim.Controller : new Victim(OneOf(random, nodes));

    private static int OneOf(Random random, int nodes) => random.Next(nodes) + 1;

    private static int[] Ids(int nodes) => [.. Enumerable.Range(1, nodes)];

    /// <summary>One node hears no other; clients may or may not reach it.</summary>
    private static BadLinks Isolation(Random random, int nodes)
    {
        int[] one = [OneOf(random, nodes)];
        int[] others = [.. Ids(nodes).Except(one)];
        return new BadLinks("isolate", Both(one, random.Next(2) == 0 ? others : [.. others, Network.Clients]), LinkQuality.Cut);
    }

    /// <summary>Two groups of nodes do not hear each other; with all pairs cut, or one pair only, so that a third hears both.</summary>
    private static BadLinks Split(Random random, int nodes)
    {
        int[] ids = Ids(nodes);
        random.Shuffle(ids);
        int size = random.Next(1, nodes);
        return new BadLinks("split", random.Next(2) == 0 ? Both(ids[..size], ids[size..]) : Both([ids[0]], [ids[1]]), LinkQuality.Cut);
    }

    /// <summary>What one node says does not arrive, or what is said to it; anywhere or with one other.</summary>
    private static BadLinks OneWay(Random random, int nodes)
    {
        int one = OneOf(random, nodes);
        int[] others = [.. Ids(nodes).Where(id => id != one)];
        int[] deaf = random.Next(2) == 0 ? others : [others[random.Next(others.Length)]];
        return new BadLinks("one-way", random.Next(2) == 0 ? [.. deaf.Select(other => (one, other))] : [.. deaf.Select(other => (other, one))], LinkQuality.Cut);
    }

    /// <summary>All links of a party are slow: 100 ms and 3 Mbit/s are what Kafka's own test has.</summary>
    private static BadLinks SlowLinks(Random random, int nodes)
    {
        int party = random.Next(nodes + 1);
        LinkQuality quality = new(Delay: TimeSpan.FromMilliseconds(random.Next(10, 200)), BytesPerSecond: random.Next(2) == 0 ? 0 : 375_000);
        return new BadLinks("slow-link", Both([party], [.. Ids(nodes).Append(Network.Clients).Where(other => other != party)]), quality);
    }

    private static (int From, int To)[] Both(int[] some, int[] others) =>
        [.. some.SelectMany(one => others.SelectMany(other => new[] { (one, other), (other, one) }))];
}
