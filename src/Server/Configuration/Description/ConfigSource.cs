namespace Compat.Server.Configuration.Description;

/// <summary>Where a value comes from, with the numbers of DescribeConfigs.</summary>
internal enum ConfigSource : sbyte
{
    /// <summary>The topic itself.</summary>
    Topic = 1,

    /// <summary>What the cluster sets for the broker.</summary>
    DynamicBroker = 2,

    /// <summary>What the cluster sets for all brokers.</summary>
    DynamicDefaultBroker = 3,

    /// <summary>What the broker started with.</summary>
    StaticBroker = 4,

    /// <summary>Nobody set it.</summary>
    Default = 5,

    /// <summary>The level of a logger.</summary>
    BrokerLogger = 6,

    /// <summary>The subscription itself.</summary>
    ClientMetrics = 7,

    /// <summary>The group itself.</summary>
    Group = 8,
}
