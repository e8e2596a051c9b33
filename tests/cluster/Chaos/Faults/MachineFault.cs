namespace Compat.Cluster.Tests.Chaos.Faults;

/// <summary>The disk or the clock of a node's machine is not what it should be.</summary>
/// <param name="kind">The name by which --only asks for it.</param>
/// <param name="victim">Whose.</param>
/// <param name="bad">The line that makes it bad.</param>
/// <param name="good">The line that makes it good.</param>
/// <param name="mayEnd">Whether the node may end by itself, as Kafka does when its metadata log cannot be written; then it is started again.</param>
internal sealed class MachineFault(string kind, Victim victim, string bad, string good, bool mayEnd = false) : Fault(kind, $"{victim}, {bad}")
{
    private int _struck;

    public override Task StrikeAsync(ChaosCluster cluster)
    {
        _struck = victim.In(cluster);
        cluster.Tell(_struck, bad);
        return Task.CompletedTask;
    }

    public override Task HealAsync(ChaosCluster cluster)
    {
        if (mayEnd && cluster.MayHaveEnded(_struck))
        {
            cluster.Start(_struck);
        }

        cluster.Tell(_struck, good);
        return Task.CompletedTask;
    }
}
