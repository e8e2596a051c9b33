using System.Globalization;
using Compat.Cluster.Tests.Chaos.Faults;

namespace Compat.Cluster.Tests.Chaos;

/// <summary>A mistake that is made on purpose, with clients that ask for less than the promise; the checker has to find what it does.</summary>
internal enum ChaosMutant
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Producers ask for the leader's acknowledgement only: as if acks=all were answered before replication.</summary>
    LeaderAcks,

    /// <summary>Producers send again without producer ids: as if nothing were looked for twice.</summary>
    NoDeduplication,
}

/// <summary>What a chaos run is asked to do.</summary>
internal sealed record ChaosOptions
{
    /// <summary>Decides the faults.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How long faults strike.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(1);

    public int Brokers { get; init; } = 3;

    /// <summary>The kinds of faults.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [.. FaultPlan.Kinds];

    public TimeSpan ShortestFault { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan LongestFault { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How soon every partition has to be writable after a healing.</summary>
    public TimeSpan WritableWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The published binary, or null for the build's, whose machine can be told to fail.</summary>
    public string? Binary { get; init; }

    public ChaosMutant Mutant { get; init; }

    /// <summary>Settings of every broker beyond the usual ones.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>librdkafka's <c>debug</c> contexts for all clients, whose lines are in clients.log; null for what it says by itself.</summary>
    public string? ClientDebug { get; init; }

    /// <summary>Whether the directory stays also when nothing was found.</summary>
    public bool IsKept { get; init; }

    /// <summary>What repeats the run.</summary>
    public string Command => string.Create(
        CultureInfo.InvariantCulture,
        $"dotnet run -c Release --project tests/cluster -- {ChaosCommand.Name} --seed {Seed} --minutes {Duration.TotalMinutes:0.##} --brokers {Brokers} "
        + $"--faults {ShortestFault.TotalSeconds:0.##}-{LongestFault.TotalSeconds:0.##}{(Kinds.Count < FaultPlan.Kinds.Count ? $" --only {string.Join(',', Kinds)}" : "")}"
        + $"{(Mutant == ChaosMutant.None ? "" : $" --mutant {Mutant}")}{(Binary is null ? "" : $" --binary {Binary}")}{string.Concat(Settings.Select(setting => $" --override {setting.Key}={setting.Value}"))}");

    /// <summary>Reads the arguments; the message of a <see cref="FormatException"/> says which is wrong.</summary>
    public static ChaosOptions Parse(IReadOnlyList<string> arguments)
    {
        ChaosOptions options = new();
        for (int index = 0; index < arguments.Count; index++)
        {
            string name = arguments[index];
            options = name == "--keep" ? options with { IsKept = true }
                : index + 1 < arguments.Count ? options.With(name, arguments[++index])
                : throw new FormatException($"{name} needs a value, or is no argument");
        }

        return options;
    }

    private ChaosOptions With(string name, string value) => name switch
    {
        "--seed" => this with { Seed = int.Parse(value, CultureInfo.InvariantCulture) },
        "--minutes" => this with { Duration = TimeSpan.FromMinutes(double.Parse(value, CultureInfo.InvariantCulture)) },
        "--brokers" => this with { Brokers = int.Parse(value, CultureInfo.InvariantCulture) },
        "--only" => this with { Kinds = [.. value.Split(',').Select(Known)] },
        "--without" => this with { Kinds = [.. Kinds.Except(value.Split(',').Select(Known))] },
        "--faults" when value.Split('-') is [string shortest, string longest] => this with { ShortestFault = Seconds(shortest), LongestFault = Seconds(longest) },
        "--writable-within" => this with { WritableWithin = Seconds(value) },
        "--binary" => this with { Binary = value },
        "--mutant" => this with { Mutant = Enum.Parse<ChaosMutant>(value) },
        "--client-debug" => this with { ClientDebug = value },
        "--override" when value.Split('=', 2) is [string key, string setting] => this with { Settings = new Dictionary<string, string>(Settings) { [key] = setting } },
        _ => throw new FormatException($"{name} {value} is no argument"),
    };

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));

    private static string Known(string kind) => FaultPlan.Kinds.Contains(kind)
        ? kind : throw new FormatException($"{kind} is no kind of fault; there are {string.Join(", ", FaultPlan.Kinds)}");
}
