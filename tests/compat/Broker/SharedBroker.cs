using Compat.Clients.Tests.Broker;

[assembly: AssemblyFixture(typeof(SharedBroker))]

namespace Compat.Clients.Tests.Broker;

/// <summary>
/// One broker for every test that does not break it; tests use topics and groups of their own. COMPAT_BOOTSTRAP names
/// another broker to hold the same tests against, Apache Kafka for example; what looks at its disk is then skipped.
/// </summary>
public sealed class SharedBroker : IAsyncLifetime
{
    private BrokerProcess? _process;

    /// <summary>
    /// Settings that let a test see within a second what takes users minutes. Retention is looked after all the time, so that a
    /// test whose records are older than their retention fails always, and not only when the broker happens to look.
    /// </summary>
    internal static IReadOnlyDictionary<string, string> QuickSettings { get; } = new Dictionary<string, string>
    {
        ["group.min.session.timeout.ms"] = "300",
        ["offsets.topic.num.partitions"] = "5",
        ["log.initial.task.delay.ms"] = "0",
        ["log.retention.check.interval.ms"] = "200",
    };

    public string Bootstrap { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("COMPAT_BOOTSTRAP") is { Length: > 0 } other)
        {
            Bootstrap = other;
            return;
        }

        _process = await BrokerProcess.StartAsync(QuickSettings);
        Bootstrap = _process.Bootstrap;
    }

    internal IReadOnlyList<StoredBatch>? BatchesOnDisk(string topic, int partition = 0) => _process?.BatchesOnDisk(topic, partition);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
