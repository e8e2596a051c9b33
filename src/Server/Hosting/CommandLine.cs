using System.Globalization;

namespace Compat.Server.Hosting;

/// <summary>What the process was started to do.</summary>
internal enum Command
{
    /// <summary>Be a broker.</summary>
    Run,

    /// <summary>Say whether a broker with this configuration is ready, as the exit code.</summary>
    CheckHealth,

    /// <summary>Print the version.</summary>
    PrintVersion,

    /// <summary>Print what the arguments are.</summary>
    PrintHelp,
}

/// <summary>The arguments of the process.</summary>
/// <param name="Command">What to do.</param>
/// <param name="ConfigFile">--config: a file in the form of server.properties.</param>
/// <param name="Overrides">--override: settings that win over the file and the environment.</param>
/// <param name="Brokers">--brokers: how many brokers of one cluster run in this process.</param>
/// <param name="IsEphemeral">--ephemeral: keep the data in a temporary directory that is gone at exit.</param>
internal sealed record CommandLine(Command Command, string? ConfigFile, IReadOnlyList<string> Overrides, int Brokers, bool IsEphemeral)
{
    /// <summary>What --help prints.</summary>
    public const string Help = """
        compat: a broker that speaks the Kafka protocol

          --config FILE          read settings from FILE, in the form of server.properties
          --override NAME=VALUE  set one setting; wins over the file and over KAFKA_* environment variables
          --brokers N            run a cluster of N brokers in this process: ports and node ids follow each other, and each
                                 broker has a directory of its own under the data directory
          --ephemeral            keep the data in a temporary directory that is removed at exit
          --health               exit with 0 if the broker of this configuration is ready, with 1 if not
          --version              print the version
          --help                 print this

        Without any of them it is a single node on localhost:9092 that creates topics on demand and keeps its data
        in $XDG_DATA_HOME/compat/data, which is ~/.local/share/compat/data if that is not set.
        """;

    /// <summary>Reads the arguments; the message of a <see cref="FormatException"/> says which is wrong.</summary>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var command = Command.Run;
        string? configFile = null;
        var overrides = new List<string>();
        int brokers = 1;
        bool isEphemeral = false;
        for (int i = 0; i < arguments.Count; i++)
        {
            (string name, string? value) = Split(arguments[i]);
            switch (name)
            {
                case "--config":
                    configFile = value ?? Next(arguments, ref i);
                    break;
                case "--override":
                    overrides.Add(value ?? Next(arguments, ref i));
                    break;
                case "--brokers":
                    brokers = ParseBrokers(value ?? Next(arguments, ref i));
                    break;
                case "--ephemeral" when value is null:
                    isEphemeral = true;
                    break;
                case "--health" when value is null:
                    command = Command.CheckHealth;
                    break;
                case "--version" when value is null:
                    command = Command.PrintVersion;
                    break;
                case "--help" or "-h" when value is null:
                    command = Command.PrintHelp;
                    break;
                default:
                    throw new FormatException($"{arguments[i]} is not an argument; --help lists them");
            }
        }

        return new CommandLine(command, configFile, overrides, brokers, isEphemeral);
    }

    private static int ParseBrokers(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int brokers) && brokers is >= 1 and <= LocalCluster.MaxBrokers
            ? brokers
            : throw new FormatException($"--brokers is a number from 1 to {LocalCluster.MaxBrokers} and not {text}");

    private static (string Name, string? Value) Split(string argument)
    {
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    private static string Next(IReadOnlyList<string> arguments, ref int i) =>
        i + 1 < arguments.Count ? arguments[++i] : throw new FormatException($"{arguments[i]} needs a value");
}
