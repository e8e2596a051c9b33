using System.Globalization;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>
/// What eligible leader replicas (KIP-966) ask of min.insync.replicas. Who is eligible follows from it, so it has to be the same on
/// all nodes, which a value of one broker or of a node's start is not; and when it changes nobody can be eligible by the
/// value before.
/// </summary>
internal static class EligibleReplicaConfigs
{
    /// <summary>The records that go before the feature is turned on: one value for the whole cluster, and none of single brokers.</summary>
    public static IEnumerable<MetadataRecord> RecordsToEnable(ControllerTurn turn)
    {
        ConfigurationsImage configs = turn.Image.Configs;
        if (!configs.Of(ConfigResource.BrokerDefault).ContainsKey(TopicSettings.MinInsyncReplicasName))
        {
            string value = turn.Options.MinInsyncReplicas.ToString(CultureInfo.InvariantCulture);
            yield return AlterConfigs.Record(ConfigResource.BrokerDefault, TopicSettings.MinInsyncReplicasName, value);
        }
        foreach ((ConfigResource resource, var values) in configs.ByResource)
        {
            if (IsOfOneBroker(resource) && values.ContainsKey(TopicSettings.MinInsyncReplicasName))
            {
                yield return AlterConfigs.Record(resource, TopicSettings.MinInsyncReplicasName, null);
            }
        }
    }

    /// <summary>Checks changes of a resource.</summary>
    public static ApiError Check(ControllerTurn turn, ConfigResource resource, IEnumerable<MetadataRecord> changes)
    {
        if (!turn.HasEligibleLeaderReplicas || resource.Type != ConfigResourceType.Broker || FindChange(changes) is not { } change)
        {
            return ApiError.None;
        }
        return IsOfOneBroker(resource)
            ? new ApiError(ErrorCode.InvalidConfig, "Broker-level min.insync.replicas cannot be altered while ELR is enabled.")
            : change.Value is null
                ? new ApiError(ErrorCode.InvalidConfig, "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.")
                : ApiError.None;
    }

    /// <summary>The record that goes with changes of a resource, if there has to be one.</summary>
    public static IEnumerable<MetadataRecord> RecordsToFollow(ControllerTurn turn, ConfigResource resource, IEnumerable<MetadataRecord> changes)
    {
        if (turn.HasEligibleLeaderReplicas && FindChange(changes) is not null)
        {
            string topic = resource.Type == ConfigResourceType.Topic ? resource.Name : "";
            yield return new MetadataRecord(new ClearElrRecord { TopicName = topic }, 0);
        }
    }

    private static bool IsOfOneBroker(ConfigResource resource) =>
        resource.Type == ConfigResourceType.Broker && resource.Name.Length > 0;

    private static ConfigRecord? FindChange(IEnumerable<MetadataRecord> changes) => changes
        .Select(record => record.Message as ConfigRecord)
        .FirstOrDefault(record => record?.Name == TopicSettings.MinInsyncReplicasName);
}
