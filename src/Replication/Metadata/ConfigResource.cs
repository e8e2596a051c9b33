namespace Compat.Replication.Metadata;

/// <summary>Kinds of things that have configurations, with their numbers in requests and records.</summary>
public enum ConfigResourceType : sbyte
{
    /// <summary>Nothing known.</summary>
    Unknown = 0,

    /// <summary>A topic.</summary>
    Topic = 2,

    /// <summary>A broker by its id, or all of them by the empty name.</summary>
    Broker = 4,

    /// <summary>The loggers of a broker; not kept in the metadata log.</summary>
    BrokerLogger = 8,

    /// <summary>A subscription to metrics of clients (KIP-714).</summary>
    ClientMetrics = 16,

    /// <summary>A consumer, share or streams group.</summary>
    Group = 32,
}

/// <summary>Something that has configurations.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Name">Its name; empty for the default of all brokers.</param>
public readonly record struct ConfigResource(ConfigResourceType Type, string Name)
{
    /// <summary>The resource of a topic.</summary>
    public static ConfigResource Topic(string name) => new(ConfigResourceType.Topic, name);

    /// <summary>The resource of one broker.</summary>
    public static ConfigResource Broker(int id) => new(ConfigResourceType.Broker, id.ToString());

    /// <summary>The resource whose values hold for all brokers that have none of their own.</summary>
    public static ConfigResource BrokerDefault => new(ConfigResourceType.Broker, "");
}
