using Compat.Cluster.Tests.Workloads;
using Compat.Simulation.Network;
using Compat.Simulation.Nodes;
using Compat.Simulation.Time;

namespace Compat.Simulation;

/// <summary>What the parts of one run share.</summary>
internal sealed class SimulationContext
{
    /// <summary>The topic whose history is checked.</summary>
    public const string Topic = "orders";

    /// <summary>Its partitions.</summary>
    public const int Partitions = 3;

    /// <summary>Where brokers listen for clients and each other.</summary>
    public const int ClientPort = 9092;

    public required int Seed { get; init; }

    public required Timeline Timeline { get; init; }

    public required SimulatedNetwork Network { get; init; }

    public required Story Story { get; init; }

    public required IReadOnlyList<SimulatedBroker> Brokers { get; init; }

    /// <summary>Whether producers have ids and sequence numbers.</summary>
    public required bool IsIdempotent { get; init; }

    public HistoryRecorder Recorder { get; } = new();

    /// <summary>Whether clients are to finish what they do and to stop.</summary>
    public bool IsEnding { get; set; }

    public static string NameOf(int partition) => $"{Topic}-{partition}";
}
