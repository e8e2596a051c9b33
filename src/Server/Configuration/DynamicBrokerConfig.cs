using Compat.Log.Configuration;
using Compat.Replication.Metadata;
using Compat.Server.Configuration.Resources;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Configuration;

/// <summary>
/// The configuration a running broker has now: what it started with and what the cluster has set since (KIP-226). Follows the metadata
/// log, so a change is in force before its request is answered.
/// </summary>
public sealed partial class DynamicBrokerConfig : IMetadataPublisher
{
    private readonly ILogger _logger;
    private volatile BrokerConfig _current;

    /// <summary>A broker that has just been started.</summary>
    /// <param name="initial">What it started with.</param>
    /// <param name="logger">Told of values in the metadata log that this broker cannot have.</param>
    public DynamicBrokerConfig(BrokerConfig initial, ILogger<DynamicBrokerConfig> logger)
    {
        _current = initial;
        _logger = logger;
    }

    /// <summary>
    /// Raised after a change, with the configuration before and after it, in the order of the metadata log. A handler must neither block nor throw.
    /// </summary>
    public event Action<BrokerConfig, BrokerConfig>? Changed;

    /// <summary>The configuration now.</summary>
    public BrokerConfig Current => _current;

    /// <inheritdoc/>
    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image)
    {
        ArgumentNullException.ThrowIfNull(delta);
        ArgumentNullException.ThrowIfNull(image);
        BrokerConfig before = _current;
        ConfigResource own = ConfigResource.Broker(before.Node.NodeId);
        if (delta.Configs is { } changes && (changes.Changed.Contains(own) || changes.Changed.Contains(ConfigResource.BrokerDefault)))
        {
            _current = With(before, image.Configs.Of(ConfigResource.BrokerDefault), image.Configs.Of(own));
            Changed?.Invoke(before, _current);
        }
    }

    private BrokerConfig With(BrokerConfig before, IReadOnlyDictionary<string, string> defaults, IReadOnlyDictionary<string, string> own)
    {
        IReadOnlyDictionary<string, string> usableDefaults = Usable(isDefault: true, defaults);
        IReadOnlyDictionary<string, string> usableOwn = Usable(isDefault: false, own);
        try
        {
            return before.WithDynamic(usableDefaults, usableOwn);
        }
        catch (ConfigException e)
        {
            LogContradiction(e.Message);
            return before;
        }
    }

    /// <summary>
    /// Values another broker, or Apache Kafka, may have accepted but this one cannot have are left out, because a broker has to
    /// start whatever the log says.
    /// </summary>
    private Dictionary<string, string> Usable(bool isDefault, IReadOnlyDictionary<string, string> values)
    {
        Dictionary<string, string> usable = new(StringComparer.Ordinal);
        foreach ((string name, string value) in values)
        {
            if (BrokerConfigChange.CheckAlone(isDefault, name, value) is { } problem)
            {
                LogUnusable(name, problem.Message);
            }
            else
            {
                usable[name] = value;
            }
        }

        return usable;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Dynamic configuration {Name} is ignored: {Problem}")]
    private partial void LogUnusable(string name, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A change of the dynamic configuration is ignored: {Problem}")]
    private partial void LogContradiction(string problem);
}
