using Compat.Log.Configuration;
using Compat.Replication.Metadata;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Configuration;

/// <summary>The settings in force for each topic's logs: its own over the broker's.</summary>
public sealed partial class TopicLogConfigs
{
    private readonly DynamicBrokerConfig _broker;
    private readonly ILogger _logger;

    /// <summary>Settings of the topics of one broker.</summary>
    /// <param name="broker">The broker's settings, which hold where a topic sets nothing.</param>
    /// <param name="logger">Told of values in the metadata log that a topic cannot have.</param>
    public TopicLogConfigs(DynamicBrokerConfig broker, ILogger<TopicLogConfigs> logger)
    {
        ArgumentNullException.ThrowIfNull(broker);
        _broker = broker;
        _logger = logger;
    }

    /// <summary>The settings in force for a topic.</summary>
    public LogConfig Of(MetadataImage image, string topic)
    {
        ArgumentNullException.ThrowIfNull(image);
        TopicDefaultsConfig defaults = _broker.Current.Topics;
        IReadOnlyDictionary<string, string> own = image.Configs.Of(ConfigResource.Topic(topic));
        return own.Count == 0 ? defaults.Log : LogConfig.From(defaults.LogDefaults, Usable(topic, own));
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
