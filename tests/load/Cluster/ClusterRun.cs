using System.Globalization;
using Compat.Load.CommandLine;
using Compat.Load.Failover;

namespace Compat.Load.Cluster;

/// <summary>A measurement for which the tool itself starts three brokers, each a process of its own, and ends them.</summary>
internal abstract class ClusterRun
{
    private const int Count = 3;

    protected ClusterRun(Options options) => Options = options;

    /// <summary>Where the figures are said.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    protected Options Options { get; }

    /// <summary>Runs it and prints the figures; 1 if something went wrong that they do not show.</summary>
    public async Task<int> RunAsync()
    {
        using var brokers = NewBrokers();
        try
        {
            return await RunAsync(brokers);
        }
        catch (Exception) when (Options.Flag("logs"))
        {
            Console.Error.WriteLine(brokers.Logs());
            throw;
        }
    }

    /// <summary>Works with three brokers that are not started yet.</summary>
    protected abstract Task<int> RunAsync(BrokerProcesses brokers);

    protected BrokerProcesses NewBrokers()
    {
        var command = Options.Text("command", "");
        return command.Length > 0
            ? new BrokerProcesses(command, Count)
            : throw new ArgumentException("--command says which broker to start, for example \"dotnet src/Server/bin/Release/net10.0/compat.dll\"");
    }

    protected void Print(FormattableString text) => Output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
