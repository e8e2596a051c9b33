using Compat.Wire;

namespace Compat.Server.Forwarding;

/// <summary>The APIs that clients ask any broker for and that the active controller carries out.</summary>
internal static class ForwardedApis
{
    /// <summary>True if a broker forwards the API.</summary>
    public static bool Contains(ApiKey key) => key is ApiKey.CreateTopics
        or ApiKey.DeleteTopics
        or ApiKey.CreatePartitions
        or ApiKey.AlterConfigs
        or ApiKey.IncrementalAlterConfigs
        or ApiKey.ElectLeaders
        or ApiKey.AlterPartitionReassignments
        or ApiKey.UpdateFeatures
        or ApiKey.UnregisterBroker
        or ApiKey.UnregisterController
        or ApiKey.DescribeQuorum;
}
