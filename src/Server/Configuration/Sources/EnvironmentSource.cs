using System.Collections.Frozen;

namespace Compat.Server.Configuration.Sources;

/// <summary>
/// Reads settings from environment variables as Apache Kafka's image does: <c>KAFKA_</c> goes, the rest is lower case,
/// <c>_</c> is a point, <c>__</c> an underscore and <c>___</c> a hyphen. <c>CLUSTER_ID</c> is <c>cluster.id</c>.
/// </summary>
public static class EnvironmentSource
{
    private const string Prefix = "KAFKA_";

    // What start scripts and images of Apache Kafka read; none of it is a setting of the broker.
    private static readonly FrozenSet<string> NotSettings = FrozenSet.Create(
        StringComparer.Ordinal,
        "KAFKA_VERSION", "KAFKA_HOME", "KAFKA_HEAP_OPTS", "KAFKA_OPTS", "KAFKA_DEBUG", "KAFKA_CLUSTER_ID",
        "KAFKA_JMX_OPTS", "KAFKA_JMX_HOSTNAME", "KAFKA_JMX_PORT", "KAFKA_JVM_PERFORMANCE_OPTS", "KAFKA_GC_LOG_OPTS",
        "KAFKA_LOG4J_OPTS", "KAFKA_LOG4J_ROOT_LOGLEVEL", "KAFKA_LOG4J_LOGGERS", "KAFKA_TOOLS_LOG4J_LOGLEVEL",
        "KAFKA_SSL_KEYSTORE_FILENAME", "KAFKA_SSL_KEYSTORE_CREDENTIALS", "KAFKA_SSL_KEY_CREDENTIALS",
        "KAFKA_SSL_TRUSTSTORE_FILENAME", "KAFKA_SSL_TRUSTSTORE_CREDENTIALS");

    /// <summary>The settings among the variables, ordered by variable so that messages come in a fixed order.</summary>
    public static IReadOnlyList<ConfigAssignment> Read(IReadOnlyDictionary<string, string> variables)
    {
        List<ConfigAssignment> assignments = [];
        foreach ((string variable, string value) in variables.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (variable == "CLUSTER_ID" && value.Length > 0)
            {
                assignments.Add(new ConfigAssignment("cluster.id", value, OriginOf(variable)));
            }
            else if (IsSetting(variable))
            {
                assignments.Add(new ConfigAssignment(NameOf(variable), value, OriginOf(variable)));
            }
        }

        return assignments;
    }

    /// <summary>The setting a variable stands for.</summary>
    internal static string NameOf(string variable) => variable[Prefix.Length..].ToLowerInvariant()
        .Replace('_', '.')
        .Replace("...", "-", StringComparison.Ordinal)
        .Replace("..", "_", StringComparison.Ordinal);

    private static bool IsSetting(string variable) =>
        variable.StartsWith(Prefix, StringComparison.Ordinal)
        && variable.Length > Prefix.Length
        && !NotSettings.Contains(variable)
        && !IsServiceLink(variable);

    /// <summary>
    /// Kubernetes and Docker links describe a service named "kafka" to its neighbours in such variables, which then look like settings.
    /// </summary>
    private static bool IsServiceLink(string variable) =>
        variable.StartsWith("KAFKA_SERVICE_", StringComparison.Ordinal)
        || variable == "KAFKA_PORT"
        || variable.StartsWith("KAFKA_PORT_", StringComparison.Ordinal);

    private static string OriginOf(string variable) => $"environment variable {variable}";
}
