using Compat.Cluster.Tests.Chaos.Links;

namespace Compat.Cluster.Tests.Chaos.Faults;

/// <summary>Some links are worse than good, each in one direction.</summary>
internal sealed class BadLinks(string kind, IReadOnlyList<(int From, int To)> links, LinkQuality quality)
    : Fault(kind, $"{string.Join(' ', links.Select(link => $"{link.From}>{link.To}"))}, {quality}")
{
    public override Task StrikeAsync(ChaosCluster cluster)
    {
        Set(cluster, quality);
        return Task.CompletedTask;
    }

    public override Task HealAsync(ChaosCluster cluster)
    {
        Set(cluster, LinkQuality.Good);
        return Task.CompletedTask;
    }

    private void Set(ChaosCluster cluster, LinkQuality each)
    {
        foreach ((int from, int to) in links)
        {
            cluster.Network.Set(from, to, each);
        }
    }
}

/// <summary>Every connection of a party is broken, again and again.</summary>
internal sealed class Dropping(int party, TimeSpan every)
    : Fault("drop", $"{(party == Network.Clients ? "clients" : $"node {party}")}, every {every.TotalMilliseconds} ms")
{
    private CancellationTokenSource _healed = new();
    private Task _dropping = Task.CompletedTask;

    public override Task StrikeAsync(ChaosCluster cluster)
    {
        _healed = new CancellationTokenSource();
        _dropping = DropAsync(cluster.Network);
        return Task.CompletedTask;
    }

    public override async Task HealAsync(ChaosCluster cluster)
    {
        await _healed.CancelAsync();
        await _dropping;
    }

    private async Task DropAsync(Network network)
    {
        while (!_healed.IsCancellationRequested)
        {
            network.Break(connection => connection.Source == party || connection.Target == party);
            await Task.Delay(every, _healed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
