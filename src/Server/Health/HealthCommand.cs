using System.Net.Sockets;
using System.Text;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Listeners;

namespace Compat.Server.Health;

/// <summary>
/// <c>--health</c>: asks the broker of a configuration, in another process, whether it is ready. By its health page when it has one, else as
/// a client would.
/// </summary>
internal static class HealthCommand
{
    private const string Page = "/health/ready";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>True when the broker is ready; what was found goes to <paramref name="output"/>.</summary>
    public static async Task<bool> RunAsync(BrokerConfig config, TextWriter output, TimeProvider time)
    {
        using CancellationTokenSource timeout = new(Limit, time);
        string? problem;
        try
        {
            problem = config.Metrics.Port is > 0 and { } port
                ? await AskPageAsync(KafkaProbe.HostToDial(config.Metrics.Host), port, timeout.Token)
                : await AskListenerAsync(config.Listeners.Listeners[0], timeout.Token);
        }
        catch (OperationCanceledException)
        {
            problem = $"no answer within {Limit.TotalSeconds:0} s";
        }

        await output.WriteLineAsync(problem ?? "ready");
        return problem is null;
    }

    private static async Task<string?> AskListenerAsync(ListenerEndpoint listener, CancellationToken cancellation) => listener.Port == 0
        ? $"{listener} takes any free port; without metrics.port there is no telling which"
        : await KafkaProbe.TryAsync(listener, cancellation);

    private static async Task<string?> AskPageAsync(string host, int port, CancellationToken cancellation)
    {
        try
        {
            using TcpClient client = new();
            await client.ConnectAsync(host, port, cancellation);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {Page} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"), cancellation);
            using StreamReader reader = new(stream, Encoding.UTF8);
            string answer = await reader.ReadToEndAsync(cancellation);
            return answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) ? null : answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 1)..].Trim();
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return $"{host}:{port}{Page} cannot be read: {e.Message}";
        }
    }
}
