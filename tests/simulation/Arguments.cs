using System.Globalization;

namespace Compat.Simulation;

/// <summary>A deliberate mistake that the simulation has to find.</summary>
internal enum Mutant
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Producers have no sequence numbers, and send again nevertheless.</summary>
    NoIdempotence,

    /// <summary>Flushes of the records return without having flushed.</summary>
    LyingFlush,
}

/// <summary>What the command line asks for.</summary>
internal sealed record Arguments
{
    public int Seed { get; private init; } = 1;

    /// <summary>How many seeds, from the first on.</summary>
    public int Seeds { get; private init; } = 1;

    /// <summary>How long to go on, instead of a number of seeds; null for none.</summary>
    public TimeSpan? Duration { get; private init; }

    public int Brokers { get; private init; } = 3;

    /// <summary>Whether every record is flushed before it is acknowledged, and any loss of power is fair.</summary>
    public bool IsFlushed { get; private init; }

    public Mutant Mutant { get; private init; }

    /// <summary>Whether the story is told as it happens.</summary>
    public bool IsVerbose { get; private init; }

    /// <summary>Whether the first seed that fails is the last.</summary>
    public bool IsUntilFailure { get; private init; }

    /// <summary>Whether each seed is run a second time, and has to be the same.</summary>
    public bool IsTwice { get; private init; }

    public static string Usage =>
        "compat-simulation [--seed N] [--seeds N | --seconds N] [--brokers N] [--flush] [--mutant no-idempotence|lying-flush] [--until-failure] [--twice] [--verbose]";

    /// <exception cref="FormatException">They are not understood.</exception>
    public static Arguments Parse(string[] args)
    {
        var arguments = new Arguments();
        for (int index = 0; index < args.Length; index++)
        {
            string name = args[index];
            int Number() => int.Parse(args[++index], CultureInfo.InvariantCulture);
            arguments = name switch
            {
                "--seed" => arguments with { Seed = Number() },
                "--seeds" => arguments with { Seeds = Number() },
                "--seconds" => arguments with { Duration = TimeSpan.FromSeconds(Number()) },
                "--brokers" => arguments with { Brokers = Number() },
                "--flush" => arguments with { IsFlushed = true },
                "--mutant" => arguments with { Mutant = MutantOf(args[++index]) },
                "--until-failure" => arguments with { IsUntilFailure = true },
                "--twice" => arguments with { IsTwice = true },
                "--verbose" => arguments with { IsVerbose = true },
                _ => throw new FormatException(name),
            };
        }

        return arguments;
    }

    private static Mutant MutantOf(string name) => name switch
    {
        "no-idempotence" => Mutant.NoIdempotence,
        "lying-flush" => Mutant.LyingFlush,
        _ => throw new FormatException(name),
    };
}
