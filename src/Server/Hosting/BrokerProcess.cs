using Compat.Log.Configuration;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;
using Compat.Server.Health;
using Compat.Server.Platform;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Hosting;

/// <summary>The process: from the command line to the exit code.</summary>
internal static class BrokerProcess
{
    private const int Success = 0;
    private const int Failure = 1;

    /// <summary>Does what the arguments say and returns the exit code. What is wrong is one line on <paramref name="error"/>.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="output">Where the log goes.</param>
    /// <param name="error">Where it says why it cannot start.</param>
    /// <param name="onMachine">Puts the broker on another machine than this: one whose disk or clock is not to be trusted.</param>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, TextWriter output, TextWriter error, Func<BrokerOptions, BrokerOptions>? onMachine = null)
    {
        try
        {
            CommandLine line = CommandLine.Parse(arguments);
            switch (line.Command)
            {
                case Command.PrintVersion:
                    output.WriteLine($"compat {StartLine.Version}");
                    return Success;
                case Command.PrintHelp:
                    output.WriteLine(CommandLine.Help);
                    return Success;
                case Command.CheckHealth:
                    return await HealthCommand.RunAsync(LoadConfigs(line, temporary: null)[0], output, HostMachine.Time) ? Success : Failure;
                default:
                    return await RunBrokerAsync(line, output, onMachine ?? (options => options));
            }
        }
        catch (Exception e) when (e is FormatException or ConfigException or BrokerStartException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"compat: {e.Message}");
            return Failure;
        }
    }

    private static async Task<int> RunBrokerAsync(CommandLine line, TextWriter output, Func<BrokerOptions, BrokerOptions> onMachine)
    {
        string? temporary = line.IsEphemeral ? HostMachine.NewTemporaryDirectory() : null;
        try
        {
            using IHost host = Build(LoadConfigs(line, temporary), temporary is not null, output, onMachine);
            BrokerService service = host.Services.GetServices<IHostedService>().OfType<BrokerService>().Single();
            await host.RunAsync();
            return service.Failure is null ? Success : Failure;
        }
        finally
        {
            if (temporary is not null)
            {
                HostMachine.RemoveDirectory(temporary);
            }
        }
    }

    /// <summary>The configurations of the brokers of this process, one in most.</summary>
    private static IReadOnlyList<BrokerConfig> LoadConfigs(CommandLine line, string? temporary)
    {
        IReadOnlyDictionary<string, string> environment = HostMachine.ReadEnvironment();
        IEnumerable<string> overrides = temporary is null ? line.Overrides : line.Overrides.Append($"log.dirs={temporary}");
        var inputs = new ConfigInputs
        {
            Host = HostMachine.DetectProfile(environment),
            File = line.ConfigFile is null ? [] : PropertiesText.Parse(HostMachine.ReadText(line.ConfigFile), line.ConfigFile),
            Environment = EnvironmentSource.Read(environment),
            Overrides = OverrideSource.Parse(overrides),
        };
        return line.Brokers == 1
            ? [BrokerConfig.Load(inputs)]
            : LocalCluster.Configure(inputs, line.Brokers, HostMachine.CreateStorage(), HostMachine.CreateRandom());
    }

    private static IHost Build(IReadOnlyList<BrokerConfig> configs, bool isEphemeral, TextWriter output, Func<BrokerOptions, BrokerOptions> onMachine)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var levels = new LoggerLevels(LogLevel.Information);
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        // A failed start is one line of the process's own; the host would add its stack.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Logging.AddProvider(new LineLoggerProvider(output, HostMachine.Time, levels));
        builder.Services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        builder.Services.AddSingleton<IReadOnlyList<Broker>>(services =>
        {
            ILoggerFactory loggers = services.GetRequiredService<ILoggerFactory>();
            return
            [
                .. configs.Select(config => new Broker(onMachine(new BrokerOptions
                {
                    Config = config,
                    Storage = HostMachine.CreateStorage(),
                    Time = HostMachine.Time,
                    CreateRandom = HostMachine.CreateRandom,
                    Loggers = configs.Count == 1 ? loggers : new NodeLoggers(loggers, config.Node.NodeId),
                    LoggerLevels = levels,
                    IsEphemeral = isEphemeral,
                }))),
            ];
        });
        builder.Services.AddHostedService<BrokerService>();
        return builder.Build();
    }
}
