using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Support;

namespace Compat.Cluster.Tests.Compose;

/// <summary>
/// The services of a compose file as processes. What an engine gives to a container is put into the values themselves: a loopback address for
/// each service in place of its host name and of "all addresses", that address and the container's port in place of a
/// published one, and a directory for the container's own file system. Nothing is added and nothing else is changed.
/// </summary>
internal sealed class ComposeProcesses : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly IReadOnlyList<ComposeService> _services;
    private readonly Dictionary<string, string> _addresses;
    private readonly List<Running> _running = [];

    private ComposeProcesses(IReadOnlyList<ComposeService> services)
    {
        _services = services;
        // Of a network that nobody else is likely to use, so that the ports can be those of the file.
        string network = $"127.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(0, 255)}";
        _addresses = services.Index().ToDictionary(each => each.Item.Name, each => $"{network}.{each.Index + 1}");
    }

    /// <summary>Where a client on the host connects: what the published ports lead to.</summary>
    public string Bootstrap => string.Join(',', _services.Where(service => service.PublishedPort is not null).Select(Published));

    /// <summary>Starts all services, each as it would be alone, and waits until every one says that it is ready.</summary>
    public static async Task<ComposeProcesses> UpAsync(IReadOnlyList<ComposeService> services)
    {
        ComposeProcesses processes = new(services);
        try
        {
            foreach (ComposeService service in services)
            {
                processes._running.Add(processes.Start(service));
            }

            foreach (Running running in processes._running)
            {
                await Wait.UntilAsync(() => running.IsReady || running.Process.HasExited, () => $"{running.Name} is ready\n{running.Said}");
                Assert.True(running.IsReady, $"{running.Name} has exited\n{running.Said}");
            }

            return processes;
        }
        catch
        {
            await processes.DisposeAsync();
            throw;
        }
    }

    /// <summary>What of the environments the processes did not know.</summary>
    public IEnumerable<string> UnknownSettings => _running.SelectMany(running => running.Lines.Where(line => line.Contains("Unknown configuration", StringComparison.Ordinal)));

    public ValueTask DisposeAsync()
    {
        _running.ForEach(running => running.Process.Dispose());
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    private Running Start(ComposeService service)
    {
        Running running = new(service.Name);
        (string file, string[] arguments) = BrokerBinary.Command(nativeBinary: null);
        running.Process = ChildProcess.Start(file, arguments, running.Keep, service.Environment.ToDictionary(variable => variable.Key, variable => ValueFor(service, variable.Key, variable.Value)));
        return running;
    }

    private string ValueFor(ComposeService service, string name, string value) => name switch
    {
        "KAFKA_LOG_DIRS" => Path.Combine(_directory.Path, service.Name),
        "KAFKA_LISTENERS" => value.Replace("://:", $"://{_addresses[service.Name]}:", StringComparison.Ordinal),
        "KAFKA_CONTROLLER_QUORUM_VOTERS" or "KAFKA_ADVERTISED_LISTENERS" => _services.Aggregate(
            service.PublishedPort is { } port ? value.Replace($"localhost:{port}", Published(service), StringComparison.Ordinal) : value,
            (text, other) => text.Replace($"{other.Name}:", $"{_addresses[other.Name]}:", StringComparison.Ordinal)),
        _ => value,
    };

    private string Published(ComposeService service) => $"{_addresses[service.Name]}:{ComposeService.InnerPort}";

    private sealed class Running(string name)
    {
        private readonly List<string> _lines = [];

        public string Name => name;

        public ChildProcess Process { get; set; } = null!;

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public bool IsReady => Lines.Any(line => line.Contains(" is ready on ", StringComparison.Ordinal));

        public string Said => $"{string.Join('\n', Lines)}\n{Process.ErrorText}";

        public void Keep(string line)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }
        }
    }
}
