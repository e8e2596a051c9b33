using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Compat.Server.Tests.Hosting;

/// <summary>The server as a process of its own, as the build made it. It is ended by its id, whatever becomes of the test.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly SemaphoreSlim _news = new(0);
    private int _openStreams = 2;

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    /// <summary>What it has written so far, warnings included.</summary>
    public IReadOnlyList<string> Output => Snapshot(_output);

    public IReadOnlyList<string> Errors => Snapshot(_errors);

    /// <summary>The line that says that it is ready.</summary>
    public string ReadyLine => Output.First(line => line.Contains(" is ready on ", StringComparison.Ordinal));

    /// <summary>The port of the first listener, as the start-up line says it.</summary>
    public int Port => int.Parse(Address().Match(ReadyLine).Groups[1].Value, CultureInfo.InvariantCulture);

    public static ServerProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, int? maxOpenFiles = null)
    {
        string server = Path.Combine(AppContext.BaseDirectory, "compat.dll");
        // A shell has what it runs in the background ignore interrupts, and a process inherits that from those who run the tests.
        string[] dotnet = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["dotnet"];
        ProcessStartInfo start = maxOpenFiles is null
            ? new ProcessStartInfo(dotnet[0], [.. dotnet[1..], server, .. arguments])
            : new ProcessStartInfo("sh", ["-c", $"ulimit -n {maxOpenFiles} && exec \"$@\"", "sh", .. dotnet, server, .. arguments]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ServerProcess(Process.Start(start) ?? throw new InvalidOperationException("The server does not start."));
    }

    /// <summary>Starts a broker and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartReadyAsync(params string[] arguments)
    {
        ServerProcess process = Start(arguments);
        await process.UntilAsync(() => process.Output.Any(line => line.Contains(" is ready on ", StringComparison.Ordinal)), "a start-up line");
        return process;
    }

    /// <summary>Waits for a condition on what the process says; fails with all of it when it ends, or when nothing comes for too long.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        while (!condition())
        {
            bool isOver = Volatile.Read(ref _openStreams) == 0 || !await _news.WaitAsync(Patience);
            Assert.False(isOver && !condition(), $"no {what}; the process said:\n{string.Join('\n', Output)}\n{string.Join('\n', Errors)}");
        }
    }

    /// <summary>Sends a signal, such as TERM.</summary>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Waits for the end of the process.</summary>
    public async Task<int> ExitAsync(TimeSpan? limit = null)
    {
        using var timeout = new CancellationTokenSource(limit ?? Patience);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
        // Its readers may still be about to say that there is nothing more, so the semaphore is left to the collector.
    }

    private void Keep(List<string> lines, string? line)
    {
        if (line is null)
        {
            Interlocked.Decrement(ref _openStreams);
        }
        else
        {
            lock (lines)
            {
                lines.Add(line);
            }
        }

        _news.Release();
    }

    private static string[] Snapshot(List<string> lines)
    {
        lock (lines)
        {
            return [.. lines];
        }
    }

    [GeneratedRegex(@"ready on \w+://[^ ,]*:([0-9]+)")]
    private static partial Regex Address();
}
