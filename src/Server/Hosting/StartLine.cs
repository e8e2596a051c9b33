using System.Globalization;
using System.Reflection;
using Compat.Server.Configuration;

namespace Compat.Server.Hosting;

/// <summary>The one line that a start says: version, addresses, data, what an acknowledgement promises, and how long it took.</summary>
internal static class StartLine
{
    /// <summary>The version of this build, without the mark of the commit.</summary>
    public static string Version =>
        typeof(StartLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Describes a broker that has started.</summary>
    public static string Describe(Broker broker, TimeSpan age)
    {
        string listeners = string.Join(", ", broker.Listeners);
        string data = string.Join(", ", broker.Config.Storage.LogDirs);
        string monitoring = broker.MetricsPort is { } port ? string.Create(CultureInfo.InvariantCulture, $"; metrics and health on port {port}") : string.Empty;
        string startMs = age.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture);
        return $"compat {Version} is ready on {listeners} after {startMs} ms{monitoring}; cluster {broker.ClusterId}, data in {data}; "
            + PromiseOf(broker.Config.Topics);
    }

    private static string PromiseOf(TopicDefaultsConfig topics)
    {
        long messages = topics.Log.FlushMessages;
        long ms = topics.Log.FlushMs;
        string flush = messages == 1
            ? "and a loss of power (flush.messages=1)"
            : messages == long.MaxValue && ms == long.MaxValue
                ? "but for a loss of power only as far as the operating system has written it (no flush.messages, flush.ms)"
                : string.Create(CultureInfo.InvariantCulture, $"but a loss of power only once flushed (flush.messages={messages}, flush.ms={ms})");
        return $"an acknowledged record outlives the process, {flush}";
    }
}
