using Compat.Cluster.Tests.Brokers;

namespace Compat.Cluster.Tests.Chaos.Faults;

/// <summary>A process ends and comes back: by kill -9, or by SIGTERM.</summary>
internal sealed class Ending(Victim victim, bool isKilled) : Fault(isKilled ? "kill" : "stop", victim)
{
    private int _struck;

    public override int HealOrder => 1;

    public override async Task StrikeAsync(ChaosCluster cluster)
    {
        _struck = victim.In(cluster);
        if (isKilled)
        {
            cluster.Kill(_struck);
        }
        else
        {
            await cluster.StopAsync(_struck);
        }
    }

    public override Task HealAsync(ChaosCluster cluster)
    {
        cluster.Start(_struck);
        return Task.CompletedTask;
    }
}

/// <summary>SIGSTOP and SIGCONT.</summary>
internal sealed class Pausing(Victim victim) : Fault("pause", victim)
{
    private int _struck;

    public override bool MayOverlap => false;

    public override Task StrikeAsync(ChaosCluster cluster)
    {
        _struck = victim.In(cluster);
        cluster.Node(_struck).Suspend();
        return Task.CompletedTask;
    }

    public override Task HealAsync(ChaosCluster cluster)
    {
        cluster.Node(_struck).Resume();
        return Task.CompletedTask;
    }
}

/// <summary>All processes are killed at once.</summary>
internal sealed class KillingAll() : Fault("kill-all")
{
    public override bool MayOverlap => false;

    public override Task StrikeAsync(ChaosCluster cluster)
    {
        foreach (ClusterNode node in cluster.Nodes)
        {
            cluster.Kill(node.Id);
        }

        return Task.CompletedTask;
    }

    public override Task HealAsync(ChaosCluster cluster)
    {
        foreach (ClusterNode node in cluster.Nodes)
        {
            cluster.Start(node.Id);
        }

        return Task.CompletedTask;
    }
}

/// <summary>A process is killed again soon after each start, wherever it was in it.</summary>
internal sealed class RestartStorm(Victim victim, IReadOnlyList<TimeSpan> lives)
    : Fault("storm", $"{victim}, lives of {string.Join(", ", lives.Select(life => life.TotalMilliseconds))} ms")
{
    private int _struck;

    public override int HealOrder => 1;

    public override async Task StrikeAsync(ChaosCluster cluster)
    {
        _struck = victim.In(cluster);
        cluster.Kill(_struck);
        foreach (TimeSpan life in lives)
        {
            cluster.Start(_struck);
            await Task.Delay(life);
            cluster.Kill(_struck);
        }
    }

    public override Task HealAsync(ChaosCluster cluster)
    {
        cluster.Start(_struck);
        return Task.CompletedTask;
    }
}

/// <summary>All processes are stopped and started again, one after the other.</summary>
internal sealed class RollingRestart() : Fault("rolling")
{
    public override bool MayOverlap => false;

    public override async Task StrikeAsync(ChaosCluster cluster)
    {
        foreach (ClusterNode node in cluster.Nodes)
        {
            await cluster.StopAsync(node.Id);
            cluster.Start(node.Id);
            await node.ReadyAsync();
        }
    }

    public override Task HealAsync(ChaosCluster cluster) => Task.CompletedTask;
}
