using System.Diagnostics;
using Compat.Load.Measure;
using Compat.Load.Model;
using Compat.Load.Protocol;

namespace Compat.Load.Scenarios;

/// <summary>Opens connections that then say nothing, and asks what each of them costs the broker.</summary>
internal sealed class ConnectionsScenario : Scenario
{
    private const int OpenAtOnce = 50;
    private readonly Step _opened;

    public ConnectionsScenario() => _opened = AddStep("opened");

    public override string Name => "connections";

    public override bool EndsByItself => true;

    public override string Summary => "connections --connections 5000: what an idle connection costs (needs the broker's @pid)";

    public override async Task RunAsync(LoadContext context, int copy)
    {
        var number = context.Options.Number("connections", 5000);
        var connections = new List<KafkaConnection>(number);
        var processId = context.Options.BrokerProcessId;

        // The first connections warm up what every later one shares.
        await OpenAsync(context, connections, OpenAtOnce);
        await SettleAsync(context);
        var before = ProcessUsage.Of(processId);
        await OpenAsync(context, connections, number);
        await SettleAsync(context);
        var after = ProcessUsage.Of(processId);
        if (before is not null && after is not null)
        {
            Figures["bytes a connection"] = (after.Value.ResidentBytes - before.Value.ResidentBytes) / (double)number;
            Figures["broker MB before"] = before.Value.ResidentBytes / 1048576.0;
            Figures["broker MB after"] = after.Value.ResidentBytes / 1048576.0;
        }

        foreach (var connection in connections)
        {
            connection.Dispose();
        }
    }

    private async Task OpenAsync(LoadContext context, List<KafkaConnection> connections, int number)
    {
        foreach (var chunk in Enumerable.Range(0, number).Chunk(OpenAtOnce))
        {
            var started = Stopwatch.GetTimestamp();
            var opened = await Task.WhenAll(chunk.Select(_ => KafkaConnection.OpenAsync(context.BootstrapServers)));
            connections.AddRange(opened);
            foreach (var _ in opened)
            {
                _opened.Record(started, 0);
            }
        }
    }

    /// <summary>Idle means idle: a little time in which the broker may give back what it used.</summary>
    private static Task SettleAsync(LoadContext context) => Task.Delay(context.Options.Seconds("settle", 2));
}
