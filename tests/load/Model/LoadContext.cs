using Compat.Load.CommandLine;

namespace Compat.Load.Model;

/// <summary>What a running scenario may ask: the address, the options, its pace, and whether to stop.</summary>
internal sealed class LoadContext
{
    public LoadContext(string bootstrapServers, Options options, LoadSimulation simulation, CancellationToken stop)
    {
        BootstrapServers = bootstrapServers;
        Options = options;
        Simulation = simulation;
        Stop = stop;
        RunName = options.Text("run", $"load-{Environment.ProcessId}-{DateTime.UtcNow.Ticks:x}");
    }

    public string BootstrapServers { get; }

    public Options Options { get; }

    public LoadSimulation Simulation { get; }

    /// <summary>Signalled at the end of the measured time.</summary>
    public CancellationToken Stop { get; }

    /// <summary>The name of topics and groups: one no other run uses, unless <c>--run</c> says which.</summary>
    public string RunName { get; }

    /// <summary>This copy's share of the rate.</summary>
    public Pacer NewPacer() => new(Simulation.RatePerSecond / Simulation.Copies);
}
