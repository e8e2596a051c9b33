using System.Globalization;
using Compat.Replication.Metadata;

namespace Compat.Replication.Controller;

/// <summary>
/// The settings of topics that decisions about partitions depend on, as of the image of the turn: the topic's own, else this
/// node's, else the cluster's, else what this node was started with.
/// </summary>
internal static class TopicSettings
{
    /// <summary>The least number of replicas that an acks=all record is written to.</summary>
    public const string MinInsyncReplicasName = "min.insync.replicas";

    /// <summary>Whether a replica that may lack records leads rather than none.</summary>
    public const string UncleanElectionName = "unclean.leader.election.enable";

    /// <summary>
    /// min.insync.replicas of a partition, but no more than it has replicas, as its leader counts them. Not as many as another
    /// partition of the topic has, which may be moved while this one stays.
    /// </summary>
    public static int MinInsyncReplicas(this ControllerTurn turn, string topic, int replicaCount)
    {
        int configured = Find(turn, topic, MinInsyncReplicasName) is { } text
            ? int.Parse(text, NumberStyles.Integer, CultureInfo.InvariantCulture)
            : turn.Options.MinInsyncReplicas;
        return Math.Min(configured, replicaCount);
    }

    /// <summary>unclean.leader.election.enable of a topic.</summary>
    public static bool AllowsUncleanElection(this ControllerTurn turn, string topic) =>
        Find(turn, topic, UncleanElectionName) is { } text
            ? text.Equals("true", StringComparison.OrdinalIgnoreCase)
            : turn.Options.UncleanLeaderElectionEnable;

    private static string? Find(ControllerTurn turn, string topic, string name)
    {
        ConfigurationsImage configs = turn.Image.Configs;
        return configs.Of(ConfigResource.Topic(topic)).GetValueOrDefault(name)
            ?? configs.Of(ConfigResource.Broker(turn.Options.NodeId)).GetValueOrDefault(name)
            ?? configs.Of(ConfigResource.BrokerDefault).GetValueOrDefault(name);
    }
}
