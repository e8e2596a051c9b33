using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Support;

namespace Compat.Cluster.Tests.Brokers;

/// <summary>One process of a cluster; ports and data stay the same however often it ends and starts.</summary>
internal sealed class ClusterNode : IDisposable
{
    private const string ReadyMark = " is ready on ";

    private readonly Dictionary<string, string> _settings;
    private readonly string? _binary;
    private readonly List<string> _output = [];
    private ChildProcess? _process;
    private volatile string? _startLine;

    public ClusterNode(int id, string bootstrap, string controllerAddress, Dictionary<string, string> settings, string? binary)
    {
        Id = id;
        Bootstrap = bootstrap;
        ControllerAddress = controllerAddress;
        _settings = settings;
        _binary = binary;
    }

    /// <summary>node.id.</summary>
    public int Id { get; }

    /// <summary>Where clients connect.</summary>
    public string Bootstrap { get; }

    /// <summary>Where controllers and brokers reach it as a controller.</summary>
    public string ControllerAddress { get; }

    public string DataDirectory => _settings["log.dirs"];

    /// <summary>The executable and its first arguments, if they are not those of the product.</summary>
    public (string File, string[] Arguments)? Command { get; init; }

    /// <summary>Hears every line, also when nobody keeps them.</summary>
    public Action<string> OnLine { get; init; } = _ => { };

    /// <summary>The id of its process while it runs.</summary>
    public int ProcessId => Process.Id;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>The line by which it said that it is ready, since its last start.</summary>
    public string StartLine => _startLine ?? "";

    /// <summary>Every line it has said since the first start.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_output)
            {
                return [.. _output];
            }
        }
    }

    public string Output => $"{string.Join('\n', Lines)}\n{_process?.ErrorText}";

    private ChildProcess Process => _process ?? throw new InvalidOperationException($"Node {Id} does not run.");

    /// <summary>Starts the process, and does not wait: a node alone has no quorum to join.</summary>
    public void Start()
    {
        _startLine = null;
        (string file, string[] before) = Command ?? BrokerBinary.Command(_binary);
        _process?.Dispose();
        _process = ChildProcess.Start(file, [.. before, .. _settings.SelectMany(setting => new[] { "--override", $"{setting.Key}={setting.Value}" })], Hear);
    }

    /// <summary>Waits until it is ready.</summary>
    public async Task ReadyAsync()
    {
        await Wait.UntilAsync(() => _startLine is not null || !IsRunning, () => $"node {Id} is ready\n{Output}");
        Assert.True(_startLine is not null, $"node {Id} has exited\n{Output}");
    }

    /// <summary>Starts the process and waits until it is ready.</summary>
    public Task StartAsync()
    {
        Start();
        return ReadyAsync();
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        Process.Dispose();
        _process = null;
    }

    /// <summary>SIGSTOP.</summary>
    public void Suspend() => Process.Suspend();

    /// <summary>SIGCONT.</summary>
    public void Resume() => Process.Resume();

    /// <summary>Writes a line to its standard input.</summary>
    public void Tell(string line)
    {
        Process.Input.WriteLine(line);
        Process.Input.Flush();
    }

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> StopAsync()
    {
        Process.Terminate();
        Assert.True(await Process.ExitsWithinAsync(Wait.Limit), $"node {Id} does not stop\n{Output}");
        int exitCode = Process.ExitCode;
        Kill();
        return exitCode;
    }

    public void Dispose() => _process?.Dispose();

    private void Hear(string line)
    {
        OnLine(line);
        lock (_output)
        {
            _output.Add(line);
        }

        if (line.Contains(ReadyMark, StringComparison.Ordinal))
        {
            _startLine = line;
        }
    }
}
