using Compat.Log.Cleaning;
using Compat.Log.Configuration;
using Compat.Server.Configuration.Listeners;
using Compat.Server.Configuration.Sources;

namespace Compat.Server.Configuration;

/// <summary>
/// The settings in force on one broker, typed and checked. Immutable: a change of a dynamic setting makes a new one
/// (<see cref="WithDynamic"/>), and whoever holds the old one keeps a consistent picture.
/// </summary>
public sealed class BrokerConfig
{
    private readonly StaticSettings _static;

    private BrokerConfig(StaticSettings settings, IReadOnlyDictionary<string, string> dynamicDefaults, IReadOnlyDictionary<string, string> dynamicOwn)
    {
        _static = settings;
        DynamicDefaults = dynamicDefaults;
        DynamicOwn = dynamicOwn;
        Values = new ConfigValues(Overlay(), settings.Profile.Where(IsStatic).ToHashSet(StringComparer.Ordinal));
        Node = NodeConfig.From(Values);
        Listeners = ListenerConfig.From(Values, Node);
        Quorum = QuorumConfig.From(Values, Node);
        Quorum.Check(Node, Listeners, Values);
        Network = NetworkConfig.From(Values);
        Storage = StorageConfig.From(Values);
        Cleaner = CleanerConfig.From(Values);
        Topics = TopicDefaultsConfig.From(Values);
        Metadata = MetadataConfig.From(Values);
        Brokers = BrokersConfig.From(Values);
        Groups = ClassicGroupConfig.From(Values);
        Producers = ProducerConfig.From(Values);
        Replication = ReplicationConfig.From(Values);
        Metrics = MetricsConfig.From(Values);
        BrokerConfigRules.Check(Values);
    }

    /// <summary>Who the node is.</summary>
    public NodeConfig Node { get; }

    /// <summary>The controllers that agree on the metadata.</summary>
    public QuorumConfig Quorum { get; }

    /// <summary>Where clients connect.</summary>
    public ListenerConfig Listeners { get; }

    /// <summary>What connections and requests may cost.</summary>
    public NetworkConfig Network { get; }

    /// <summary>Where records are and how the logs are looked after.</summary>
    public StorageConfig Storage { get; }

    /// <summary>How compacted logs are cleaned.</summary>
    public LogCleanerOptions Cleaner { get; }

    /// <summary>What topics have that set nothing themselves.</summary>
    public TopicDefaultsConfig Topics { get; }

    /// <summary>How the metadata log is kept.</summary>
    public MetadataConfig Metadata { get; }

    /// <summary>How brokers and the controller keep in touch.</summary>
    public BrokersConfig Brokers { get; }

    /// <summary>How groups are coordinated.</summary>
    public ClassicGroupConfig Groups { get; }

    /// <summary>How idempotent producers are remembered.</summary>
    public ProducerConfig Producers { get; }

    /// <summary>How replicas are kept alike.</summary>
    public ReplicationConfig Replication { get; }

    /// <summary>Where metrics and health are served.</summary>
    public MetricsConfig Metrics { get; }

    /// <summary>One line for each given name that no setting has.</summary>
    public IReadOnlyList<string> Warnings => _static.Warnings;

    /// <summary>What was given at start, this broker's own defaults included, by name.</summary>
    public IReadOnlyDictionary<string, string> Static => _static.Values;

    /// <summary>What the cluster sets for all brokers.</summary>
    public IReadOnlyDictionary<string, string> DynamicDefaults { get; }

    /// <summary>What the cluster sets for this broker.</summary>
    public IReadOnlyDictionary<string, string> DynamicOwn { get; }

    /// <summary>All settings by name.</summary>
    internal ConfigValues Values { get; }

    /// <summary>Reads and checks a broker's configuration.</summary>
    /// <exception cref="ConfigException">A value is not valid, or contradicts another; the message is one line for the user.</exception>
    public static BrokerConfig Load(ConfigInputs inputs) => new(StaticSettings.From(inputs), Empty, Empty);

    /// <summary>The configuration with other dynamic values.</summary>
    /// <param name="defaults">What the cluster sets for all brokers.</param>
    /// <param name="own">What the cluster sets for this broker; it wins.</param>
    /// <exception cref="ConfigException">A value is not valid, or contradicts another.</exception>
    public BrokerConfig WithDynamic(IReadOnlyDictionary<string, string> defaults, IReadOnlyDictionary<string, string> own) => new(_static, defaults, own);

    private static Dictionary<string, string> Empty => [];

    private bool IsStatic(string name) => !DynamicDefaults.ContainsKey(name) && !DynamicOwn.ContainsKey(name);

    /// <summary>
    /// A stronger source also hides the weaker ones' synonyms: a dynamic log.retention.hours beats a log.retention.ms of
    /// server.properties.
    /// </summary>
    private Dictionary<string, string> Overlay()
    {
        Dictionary<string, string> values = new(_static.Values, StringComparer.Ordinal);
        foreach ((string name, string value) in DynamicDefaults.Concat(DynamicOwn))
        {
            foreach (string synonym in BrokerConfigs.SynonymsOf(name))
            {
                values.Remove(synonym);
            }

            values[name] = value;
        }

        return values;
    }
}
