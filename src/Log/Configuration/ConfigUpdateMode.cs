namespace Compat.Log.Configuration;

/// <summary>How far a broker setting may be changed while the broker runs (KIP-226).</summary>
public enum ConfigUpdateMode
{
    /// <summary>Only at start; DescribeConfigs marks it read-only.</summary>
    ReadOnly,

    /// <summary>For one broker, by its id.</summary>
    PerBroker,

    /// <summary>For one broker or, under the empty name, for all of them.</summary>
    ClusterWide,
}
