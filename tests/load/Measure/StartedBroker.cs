using System.Diagnostics;
using System.Globalization;
using Compat.Load.Model;
using Compat.Load.Protocol;

namespace Compat.Load.Measure;

/// <summary>A broker that the tool itself starts and ends, by the command of <c>--command "PROGRAM ARGS"</c>.</summary>
internal sealed class StartedBroker : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly string _bootstrapServers;

    private StartedBroker(Process process, string bootstrapServers)
    {
        _process = process;
        _bootstrapServers = bootstrapServers;
        _ = process.StandardOutput.ReadToEndAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>When the process was started.</summary>
    public long StartedTimestamp { get; } = Stopwatch.GetTimestamp();

    public ProcessUsage Usage => ProcessUsage.Of(_process.Id) ?? default;

    /// <exception cref="ArgumentException">No command was given.</exception>
    public static StartedBroker Start(LoadContext context)
    {
        var words = context.Options.Text("command", "").Split(' ', 2, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            throw new ArgumentException("--command says which broker to start");
        }

        var start = new ProcessStartInfo(words[0], words.Length == 2 ? words[1] : "") { RedirectStandardOutput = true, RedirectStandardError = true };
        return new StartedBroker(Process.Start(start)!, context.BootstrapServers);
    }

    /// <summary>Asks until the broker answers as wanted; asked again at once, because the wait is what is measured.</summary>
    /// <exception cref="InvalidOperationException">The broker ended by itself.</exception>
    public async Task UntilAsync(Func<KafkaConnection, Task<bool>> isSo)
    {
        while (Stopwatch.GetElapsedTime(StartedTimestamp) < Patience)
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"the broker ended by itself: {await _errors}");
            }

            try
            {
                using var connection = await KafkaConnection.OpenAsync(_bootstrapServers);
                while (!await isSo(connection))
                {
                    await Task.Delay(1);
                }

                return;
            }
            catch (Exception exception) when (exception is System.Net.Sockets.SocketException or IOException)
            {
                await Task.Delay(1);
            }
        }

        throw new TimeoutException("the broker was not ready in time");
    }

    /// <summary>Ends the process with a signal and returns how long that took, in seconds.</summary>
    public async Task<double> EndAsync(string signal)
    {
        var stopping = Stopwatch.GetTimestamp();
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync();
        return Stopwatch.GetElapsedTime(stopping).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await EndAsync("-TERM");
        }

        _process.Dispose();
    }
}
