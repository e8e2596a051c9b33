using Compat.Clients.Tests.Support;
using Confluent.Kafka.Admin;

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

    /// <summary>
    /// Every partition has exactly one owner, and every member has been told at least once. Says what each member owned in
    /// that moment: a later look may fall into the next rebalance.
    /// </summary>
    public async Task<IReadOnlyDictionary<ClientProcess, IReadOnlyList<TopicPartition>>> WaitUntilSharedAsync(int partitions)
    {
        Dictionary<ClientProcess, IReadOnlyList<TopicPartition>> owned = [];
        await Wait.UntilAsync(
            () =>
            {
                owned = _members.ToDictionary(member => member, member => member.Owned);
                TopicPartition[] all = [.. owned.Values.SelectMany(each => each)];
                return all.Length == partitions && all.Distinct().Count() == partitions
                    && owned.Values.Max(each => each.Count) - owned.Values.Min(each => each.Count) <= 1
                    && _members.All(member => member.Assignments > 0);
            },
            () => EvidenceAsync($"{_members.Count} members of {name} share {partitions} partitions"));
        return owned;
    }

    /// <summary>Every value from prefix0 to prefix(count-1) has reached some member, gone ones included.</summary>
    public Task WaitUntilSeenAsync(string prefix, int count)
    {
        string[] wanted = [.. Enumerable.Range(0, count).Select(i => $"{prefix}{i}")];
        return Wait.UntilAsync(
            () => Missing(wanted).Length == 0,
            () => EvidenceAsync($"{name} sees all {count} records {prefix}; missing {string.Join(",", Missing(wanted))}"));
    }

    /// <summary>
    /// Has the members commit until the group's offsets are the ends of the partitions, so that nothing is left that another
    /// owner would be given. Once is not enough: after a rebalance records come again that were not committed before it, and
    /// during one the broker takes no commits.
    /// </summary>
    public async Task CommitToEndAsync(int partitions)
    {
        long[] ends = await Reference.OffsetsAsync(bootstrap, topic, partitions, OffsetSpec.Latest());
        string refused = "nothing";
        await Wait.UntilAsync(
            async () =>
            {
                refused = await CommitAsync() ?? refused;
                long[] committed = await Reference.CommittedAsync(bootstrap, name, topic, partitions);
                return committed.SequenceEqual(ends);
            },
            () => EvidenceAsync($"{name} commits up to {string.Join(",", ends)}; last refused was {refused}"));
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

    private async Task<string?> CommitAsync()
    {
        string? refused = null;
        foreach (ClientProcess member in _members.Where(member => member.Kind.CommitsOnDemand))
        {
            try
            {
                await member.CommitAsync();
            }
            catch (ClientException exception)
            {
                refused = exception.Message;
            }
        }

        return refused;
    }

    private async Task<string> EvidenceAsync(string what) =>
        $"{what}\n{await Evidence.OfGroupAsync(bootstrap, name, topic)}\n{string.Join('\n', _members.Select(member => member.Evidence))}";
}
