using System.Runtime.InteropServices;
using Compat.Load.Bare;
using Compat.Load.Librdkafka;

namespace Compat.Load.CommandLine;

/// <summary>Serves one of the yardsticks from this process until it is told to end: <c>mock</c>, <c>bare</c> or <c>echo</c>.</summary>
internal static class Served
{
    /// <summary>librdkafka's mock cluster, which keeps nothing.</summary>
    public static async Task<int> MockAsync(Options options)
    {
        using var cluster = new MockCluster(options.Number("brokers", 1));
        foreach (var topic in options.Text("topics", "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = topic.Split(':');
            cluster.CreateTopic(parts[0], parts.Length == 2 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : 1);
        }

        return await UntilEndedAsync(cluster.BootstrapServers);
    }

    /// <summary>A bare loop that receives, checksums and writes.</summary>
    public static async Task<int> BareAsync(Options options)
    {
        var directory = options.Text("directory", Path.Combine(Path.GetTempPath(), $"compat-load-{Environment.ProcessId}"));
        using var server = new BareServer(directory, options.Number("partitions", 1), options.Flag("flush"));
        return await UntilEndedAsync($"127.0.0.1:{server.Port}");
    }

    /// <summary>What sends back what it receives.</summary>
    public static async Task<int> EchoAsync()
    {
        using var server = new EchoServer();
        return await UntilEndedAsync($"127.0.0.1:{server.Port}");
    }

    private static async Task<int> UntilEndedAsync(string bootstrapServers)
    {
        Console.WriteLine(bootstrapServers);
        var ended = new TaskCompletionSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => ended.TrySetResult());
        Console.CancelKeyPress += (_, eventArgs) =>
        {
            eventArgs.Cancel = true;
            ended.TrySetResult();
        };
        await ended.Task;
        return 0;
    }
}
