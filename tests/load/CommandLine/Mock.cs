using Compat.Load.Librdkafka;

namespace Compat.Load.CommandLine;

/// <summary>Serves librdkafka's mock cluster from this process until it is told to end.</summary>
internal static class Mock
{
    public static async Task<int> ServeAsync(Options options)
    {
        using var cluster = new MockCluster(options.Number("brokers", 1));
        foreach (var topic in options.Text("topics", "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = topic.Split(':');
            cluster.CreateTopic(parts[0], parts.Length == 2 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : 1);
        }

        Console.WriteLine(cluster.BootstrapServers);
        var ended = new TaskCompletionSource();
        using var terminate = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGTERM, _ => ended.TrySetResult());
        Console.CancelKeyPress += (_, eventArgs) =>
        {
            eventArgs.Cancel = true;
            ended.TrySetResult();
        };
        await ended.Task;
        return 0;
    }
}
