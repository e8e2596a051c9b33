using System.Globalization;
using System.Reflection;

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
            + DurabilityPromise.Of(broker.Config.Topics.Log);
    }
}
