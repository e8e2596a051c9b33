using System.Text.RegularExpressions;
using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests.Broker;

/// <summary>The server as its users run it: a process, with a data directory that outlives it when the test says so.</summary>
internal sealed partial class BrokerProcess : IAsyncDisposable
{
    private readonly Dictionary<string, string> _settings;
    private readonly TemporaryDirectory _directory;
    private readonly string? _binary;
    private readonly List<string> _output = [];
    private ChildProcess? _process;
    private volatile string? _startLine;

    private BrokerProcess(IReadOnlyDictionary<string, string> settings, string? binary)
    {
        _settings = new Dictionary<string, string>(settings);
        _binary = binary;
        _directory = new TemporaryDirectory();
        _settings.TryAdd("log.dirs", Path.Combine(_directory.Path, "data"));
        _settings.TryAdd("listeners", "PLAINTEXT://127.0.0.1:0");
    }

    public string Bootstrap { get; private set; } = "";

    public string DataDirectory => _settings["log.dirs"];

    public string StartLine => _startLine ?? "";

    public int ProcessId => _process!.Id;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output) + "\n" + _process?.ErrorText;
            }
        }
    }

    /// <summary>Starts a broker; port 0 unless the settings say otherwise, data in a directory of its own.</summary>
    public static async Task<BrokerProcess> StartAsync(IReadOnlyDictionary<string, string>? settings = null, string? binary = null)
    {
        BrokerProcess broker = new(settings ?? new Dictionary<string, string>(), binary);
        await broker.StartAsync();
        return broker;
    }

    /// <summary>Starts it again after <see cref="Kill"/> or <see cref="StopAsync"/>, on the same port and data.</summary>
    public async Task StartAsync()
    {
        _startLine = null;
        string[] overrides = [.. _settings.SelectMany(setting => new[] { "--override", $"{setting.Key}={setting.Value}" })];
        (string file, string[] before) = BrokerBinary.Command(_binary);
        _process = ChildProcess.Start(file, [.. before, .. overrides], OnLine);
        await Wait.UntilAsync(() => _startLine is not null || _process.HasExited, () => $"the broker says where it listens\n{Output}");
        Assert.True(_startLine is not null, $"the broker exited\n{Output}");

        // Clients of a broker that comes back look for it where it was.
        Match address = Address().Match(_startLine);
        Bootstrap = address.Groups[2].Value;
        if (_settings["listeners"].EndsWith(":0", StringComparison.Ordinal) && !_settings["listeners"].Contains(',', StringComparison.Ordinal))
        {
            _settings["listeners"] = $"{address.Groups[1].Value}://{Bootstrap}";
        }
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process!.Dispose();
        _process = null;
    }

    /// <summary>SIGTERM, and its exit code.</summary>
    public async Task<int> StopAsync()
    {
        _process!.Terminate();
        Assert.True(await _process.ExitsWithinAsync(Wait.Limit), $"the broker does not stop\n{Output}");
        int exitCode = _process.ExitCode;
        Kill();
        return exitCode;
    }

    /// <summary>The batches of a partition's segments as they lie on disk.</summary>
    public IReadOnlyList<StoredBatch> BatchesOnDisk(string topic, int partition = 0) =>
        StoredBatch.ReadAll(Path.Combine(DataDirectory, $"{topic}-{partition}"));

    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Where one of several listeners is.</summary>
    public string BootstrapOf(string listener) => Address().Matches(StartLine).Single(match => match.Groups[1].Value == listener).Groups[2].Value;

    private void OnLine(string line)
    {
        lock (_output)
        {
            _output.Add(line);
        }

        if (_startLine is null && Address().IsMatch(line))
        {
            _startLine = line;
        }
    }

    [GeneratedRegex(@"([A-Z][A-Z0-9_]*)://([\w.\-]+:[0-9]+|\[[0-9a-fA-F:]+\]:[0-9]+)")]
    private static partial Regex Address();
}
