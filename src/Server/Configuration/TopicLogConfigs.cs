using Compat.Log;
using Compat.Log.Configuration;
using Compat.Replication.Metadata;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Configuration;

/// <summary>
/// The settings in force for each topic's logs, and the one who gives them to the logs when the topic's or the broker's settings
/// change. Has to follow the metadata log after <see cref="DynamicBrokerConfig"/>.
/// </summary>
public sealed partial class TopicLogConfigs : IMetadataPublisher
{
    private readonly DynamicBrokerConfig _broker;
    private readonly Func<IEnumerable<PartitionLog>> _logs;
    private readonly ILogger _logger;

    // Made from it is every log's configuration, so it is compared by reference to see whether all of them change.
    private TopicDefaultsConfig _defaults;

    /// <summary>Settings of the topics of one broker.</summary>
    /// <param name="broker">The broker's settings, which hold where a topic sets nothing.</param>
    /// <param name="logs">All open logs.</param>
    /// <param name="logger">Told of values in the metadata log that a topic cannot have.</param>
    public TopicLogConfigs(DynamicBrokerConfig broker, Func<IEnumerable<PartitionLog>> logs, ILogger<TopicLogConfigs> logger)
    {
        ArgumentNullException.ThrowIfNull(broker);
        _broker = broker;
        _logs = logs;
        _logger = logger;
        _defaults = broker.Current.Topics;
    }

    /// <summary>The settings in force for a topic.</summary>
    public LogConfig Of(MetadataImage image, string topic)
    {
        ArgumentNullException.ThrowIfNull(image);
        TopicDefaultsConfig defaults = _broker.Current.Topics;
        IReadOnlyDictionary<string, string> own = image.Configs.Of(ConfigResource.Topic(topic));
        return own.Count == 0 ? defaults.Log : LogConfig.From(defaults.LogDefaults, Usable(topic, own));
    }

    /// <inheritdoc/>
    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image)
    {
        ArgumentNullException.ThrowIfNull(delta);
        TopicDefaultsConfig defaults = _broker.Current.Topics;
        bool allChange = !ReferenceEquals(defaults, _defaults);
        _defaults = defaults;
        HashSet<string> changed = delta.Configs is null
            ? []
            : [.. delta.Configs.Changed.Where(resource => resource.Type == ConfigResourceType.Topic).Select(resource => resource.Name)];
        if (allChange || changed.Count > 0)
        {
            Reconfigure(image, topic => allChange || changed.Contains(topic));
        }
    }

    private void Reconfigure(MetadataImage image, Func<string, bool> changes)
    {
        Dictionary<string, LogConfig> configs = new(StringComparer.Ordinal);
        foreach (PartitionLog log in _logs())
        {
            string topic = log.TopicPartition.Topic;
            if (topic == TopicName.ClusterMetadata || !changes(topic))
            {
                continue;
            }

            if (!configs.TryGetValue(topic, out LogConfig? config))
            {
                configs[topic] = config = Of(image, topic);
            }

            log.Config = config;
        }
    }

    /// <summary>A value that another version accepted must not keep a log from opening.</summary>
    private Dictionary<string, string?> Usable(string topic, IReadOnlyDictionary<string, string> own)
    {
        Dictionary<string, string?> usable = new(StringComparer.Ordinal);
        foreach ((string name, string value) in own)
        {
            string? problem = TopicConfigs.Catalog.TryGet(name, out ConfigDefinition? definition) ? definition.ProblemWith(value) : "there is no such setting";
            if (problem is null)
            {
                usable[name] = value;
            }
            else
            {
                LogUnusable(name, topic, problem);
            }
        }

        return usable;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Configuration {Name} of topic {Topic} is ignored: {Problem}")]
    private partial void LogUnusable(string name, string topic, string problem);
}
