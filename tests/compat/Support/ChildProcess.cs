using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Compat.Clients.Tests.Support;

/// <summary>A process of the test's own, with its output lines, ended by its id and never by its name.</summary>
internal sealed partial class ChildProcess : IDisposable
{
    private const int Sigterm = 15;
    private const int Sigcont = 18;
    private const int Sigstop = 19;
    private const int MostErrorLines = 200;

    private readonly Process _process;
    private readonly Queue<string> _errorLines = [];

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines of standard error, for the message of a failing test.</summary>
    public string ErrorText
    {
        get
        {
            lock (_errorLines)
            {
                return string.Join('\n', _errorLines);
            }
        }
    }

    /// <summary>Whether it runs, how much of the processors it has had, and what it said; a process that waits tells itself from one that is starved.</summary>
    public string Evidence
    {
        get
        {
            string state = _process.HasExited ? $"exited with {_process.ExitCode}" : $"runs and has had {_process.TotalProcessorTime.TotalSeconds:0.0} s of the processors";
            return $"process {_process.Id} {state}; its log:\n{ErrorText}";
        }
    }

    public StreamWriter Input => _process.StandardInput;

    public static ChildProcess Start(string file, IEnumerable<string> arguments, Action<string>? onLine = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
        ChildProcess child = new(process);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                onLine?.Invoke(text);
            }
        };
        process.ErrorDataReceived += (_, line) => child.KeepErrorLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a tool to its end; null when it cannot be started.</summary>
    public static async Task<(int ExitCode, string Output, string Error)?> RunAsync(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        List<string> lines = [];
        try
        {
            using ChildProcess child = Start(file, arguments, lines.Add, environment);
            child.Input.Close();
            await child._process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (child.ExitCode, string.Join('\n', lines), child.ErrorText);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>kill -9: nothing of the process runs again.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
    }

    public void Terminate() => Assert.Equal(0, SendSignal(_process.Id, Sigterm));

    /// <summary>SIGSTOP: it runs no more, and its connections stay as they are.</summary>
    public void Suspend() => Assert.Equal(0, SendSignal(_process.Id, Sigstop));

    /// <summary>SIGCONT.</summary>
    public void Resume() => Assert.Equal(0, SendSignal(_process.Id, Sigcont));

    public async Task<bool> ExitsWithinAsync(TimeSpan limit)
    {
        using CancellationTokenSource timeout = new(limit);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void KeepErrorLine(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_errorLines)
        {
            _errorLines.Enqueue(line);
            if (_errorLines.Count > MostErrorLines)
            {
                _errorLines.Dequeue();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
