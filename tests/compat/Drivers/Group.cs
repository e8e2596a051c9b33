using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests.Drivers;

/// <summary>Members of one group and the test's view of them all.</summary>
internal sealed class Group(ClientKind kind, string bootstrap, string name, string topic, string strategy) : IAsyncDisposable
{
    private readonly List<ClientProcess> _members = [];
    private readonly List<ClientProcess> _gone = [];

    public string Name => name;

    public IReadOnlyList<ClientProcess> Members => _members;

    public async Task<ClientProcess> JoinAsync(int sessionTimeoutMs, ClientKind? otherKind = null, string? instanceId = null)
    {
        ClientProcess member = await ClientProcess.StartAsync(otherKind ?? kind, bootstrap);
        _members.Add(member);
        await member.SubscribeAsync(name, [topic], strategy, sessionTimeoutMs, instanceId);
        return member;
    }

    /// <summary>Every partition has exactly one owner, and every member has been told at least once.</summary>
    public Task WaitUntilSharedAsync(int partitions) => Wait.UntilAsync(
        () =>
        {
            TopicPartition[] owned = [.. _members.SelectMany(member => member.Owned)];
            int fewest = _members.Min(member => member.Owned.Count);
            int most = _members.Max(member => member.Owned.Count);
            return owned.Length == partitions && owned.Distinct().Count() == partitions && most - fewest <= 1
                && _members.All(member => member.Assignments > 0);
        },
        () => $"{_members.Count} members of {name} share {partitions} partitions; they own {string.Join(" | ", _members.Select(member => string.Join(",", member.Owned)))} {Troubles()}");

    /// <summary>Every value from prefix0 to prefix(count-1) has reached some member, gone ones included.</summary>
    public Task WaitUntilSeenAsync(string prefix, int count)
    {
        string[] wanted = [.. Enumerable.Range(0, count).Select(i => $"{prefix}{i}")];
        return Wait.UntilAsync(
            () => Missing(wanted).Length == 0,
            () => $"{name} sees all {count} records {prefix}; missing {string.Join(",", Missing(wanted))} {Troubles()}");
    }

    public async Task CommitAllAsync()
    {
        foreach (ClientProcess member in _members.Where(member => member.Kind.CommitsOnDemand))
        {
            await member.CommitAsync();
        }
    }

    public void Crash(ClientProcess member)
    {
        member.Crash();
        Forget(member);
    }

    public async Task LeaveAsync(ClientProcess member)
    {
        await member.LeaveAsync();
        Forget(member);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ClientProcess member in _members.Concat(_gone))
        {
            member.Crash();
            await member.DisposeAsync();
        }
    }

    private void Forget(ClientProcess member)
    {
        _members.Remove(member);
        _gone.Add(member);
    }

    private string[] Missing(string[] wanted) =>
        [.. wanted.Except(_members.Concat(_gone).SelectMany(member => member.Records).Select(record => record.Text))];

    private string Troubles() => string.Join(", ", _members.SelectMany(member => member.Troubles).Distinct().Take(5));
}
