using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>The process, its names and its threads.</summary>
internal static class GeneralSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "General";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        Int("broker.id", "-1", null, "Older name of node.id; when both are set they must be equal."),
        Int("node.id", null, AtLeast(0), "The id of this node in the cluster.").Required(),
        List("process.roles", null, ListOf(false, false, "broker", "controller"), "What this process does: broker, controller, or both.").Required(),
        Text("broker.rack", null, null, "The rack this broker stands in, told to clients that prefer to read from nearby."),
        Int("num.io.threads", "8", AtLeast(1), "Number of threads that handle requests in Apache Kafka.").ClusterWide().WithoutEffect(Reasons.Threads),
        Int("num.network.threads", "3", AtLeast(1), "Number of threads that read requests and write answers in Apache Kafka, for each listener.").ClusterWide().WithoutEffect(Reasons.Threads),
        Int("background.threads", "10", AtLeast(1), "Number of threads for background work in Apache Kafka.").ClusterWide().WithoutEffect(Reasons.Threads),
        Int("num.replica.alter.log.dirs.threads", null, null, "Number of threads that move replicas between log directories in Apache Kafka.").WithoutEffect(Reasons.Threads),
        Int("num.recovery.threads.per.data.dir", "2", AtLeast(1), "Number of logs of a directory that are opened at a time when the broker starts.").ClusterWide(),
        Int("request.timeout.ms", "30000", null, "Time in milliseconds a request that is forwarded to the controller may take."),
        Long("socket.connection.setup.timeout.ms", "10000", null, "Time in milliseconds a connection to another broker may take to be set up.").WithoutEffect(Reasons.OneBroker),
        Long("socket.connection.setup.timeout.max.ms", "30000", null, "Upper limit in milliseconds for that time as it grows from failure to failure.").WithoutEffect(Reasons.OneBroker),
        List("config.providers", "", ListOf(true, false), "Names of providers that resolve variables in values, such as files or the environment.").ClusterWide().OnlyDefault(Reasons.Providers),
        Bool("controlled.shutdown.enable", "true", "Whether a stopping broker first hands its leaderships to others.").WithoutEffect(Reasons.OneBroker),
        Bool("delete.topic.enable", "true", "Whether topics can be deleted. When off, DeleteTopics is refused."),
        Bool("auto.create.topics.enable", "true", "Whether a topic is created when a client asks for one that does not exist."),
        Int("num.partitions", "1", AtLeast(1), "Number of partitions of a topic created without saying how many."),
        Int("default.replication.factor", "1", null, "Number of replicas of a topic created without saying how many."),
        Class("create.topic.policy.class.name", null, "Class that may refuse the creation of a topic.").OnlyDefault(Reasons.JavaPlugin),
        Class("alter.config.policy.class.name", null, "Class that may refuse a change of configuration.").OnlyDefault(Reasons.JavaPlugin),
        Bool("unstable.api.versions.enable", "false", "Whether API versions still in development are offered.").Internal().WithoutEffect(Reasons.Unstable),
        Bool("unstable.feature.versions.enable", "false", "Whether feature versions still in development are offered.").Internal().WithoutEffect(Reasons.Unstable),
        Long("server.max.startup.time.ms", "9223372036854775807", AtLeast(0), "Time in milliseconds the start may take before it counts as failed.").Internal().WithoutEffect(Reasons.Startup),
    ];
}
