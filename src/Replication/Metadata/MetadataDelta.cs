using Compat.Wire.Messages;

namespace Compat.Replication.Metadata;

/// <summary>
/// Records applied to an image, as a difference: replay any number of records, then <see cref="Apply"/> makes one new
/// image of all of them. For one thread. Transactions are not its concern: see <see cref="MetadataLoader"/>.
/// </summary>
public sealed class MetadataDelta
{
    private TopicsDelta? _topics;
    private ConfigurationsDelta? _configs;
    private FeaturesImage _features;
    private ClusterImage _cluster;
    private RetainedRecordsImage _retained;
    private long _nextProducerId;

    /// <summary>Starts without a difference.</summary>
    public MetadataDelta(MetadataImage before)
    {
        Before = before;
        _features = before.Features;
        _cluster = before.Cluster;
        _retained = before.Retained;
        _nextProducerId = before.NextProducerId;
    }

    /// <summary>The image that the records are applied to.</summary>
    public MetadataImage Before { get; }

    /// <summary>What happens to topics; null if nothing.</summary>
    public TopicsDelta? Topics => _topics;

    /// <summary>What happens to configurations; null if nothing.</summary>
    public ConfigurationsDelta? Configs => _configs;

    /// <summary>True if a feature level changes.</summary>
    public bool FeaturesChanged => !ReferenceEquals(_features, Before.Features);

    /// <summary>True if a broker or controller changes.</summary>
    public bool ClusterChanged => !ReferenceEquals(_cluster, Before.Cluster);

    /// <summary>Takes one more record into the difference.</summary>
    /// <exception cref="MetadataException">The record contradicts those before it.</exception>
    public void Replay(MetadataRecord record)
    {
        switch (record.Message)
        {
            case TopicRecord or PartitionRecord or PartitionChangeRecord or RemoveTopicRecord or ClearElrRecord:
                ReplayTopic(record.Message);
                break;
            case ConfigRecord config:
                ConfigsDelta.Replay(config);
                break;
            case FeatureLevelRecord feature:
                ReplayFeature(feature);
                break;
            case ProducerIdsRecord producerIds:
                _nextProducerId = producerIds.NextProducerId;
                break;
            case NoOpRecord or ZkMigrationStateRecord or BeginTransactionRecord or EndTransactionRecord or AbortTransactionRecord:
                break;
            default:
                _cluster = ClusterDelta.Apply(_cluster, record.Message);
                _retained = _retained.Apply(record);
                break;
        }
    }

    /// <summary>The image with the difference.</summary>
    /// <exception cref="MetadataException">The records do not make a whole, e.g. a partition is missing between others.</exception>
    public MetadataImage Apply(MetadataProvenance provenance) => Before with
    {
        Provenance = provenance,
        Features = _features,
        Cluster = _cluster,
        Topics = _topics?.Apply() ?? Before.Topics,
        Configs = _configs?.Apply() ?? Before.Configs,
        NextProducerId = _nextProducerId,
        Retained = _retained,
    };

    /// <summary>The difference between two images, for listeners of an image that was loaded from a snapshot.</summary>
    public static MetadataDelta Between(MetadataImage before, MetadataImage after)
    {
        var delta = new MetadataDelta(before)
        {
            _features = after.Features,
            _cluster = after.Cluster,
            _retained = after.Retained,
            _nextProducerId = after.NextProducerId,
        };
        delta.TopicsDelta.ReplayDifference(after.Topics);
        delta.ConfigsDelta.ReplayDifference(after.Configs);
        return delta;
    }

    private TopicsDelta TopicsDelta => _topics ??= new TopicsDelta(Before.Topics);

    private ConfigurationsDelta ConfigsDelta => _configs ??= new ConfigurationsDelta(Before.Configs);

    private void ReplayTopic(object record)
    {
        switch (record)
        {
            case TopicRecord topic:
                TopicsDelta.Replay(topic);
                break;
            case PartitionRecord partition:
                TopicsDelta.Replay(partition);
                break;
            case PartitionChangeRecord change:
                TopicsDelta.Replay(change);
                break;
            case RemoveTopicRecord remove:
                ConfigsDelta.Remove(ConfigResource.Topic(TopicsDelta.NameOf(remove.TopicId)));
                TopicsDelta.Replay(remove);
                break;
            case ClearElrRecord clear:
                TopicsDelta.ClearEligibleLeaderReplicas(clear);
                break;
        }
    }

    private void ReplayFeature(FeatureLevelRecord record)
    {
        if (record.Name == MetadataVersion.FeatureName)
        {
            _features = _features with { MetadataVersion = new MetadataVersion(record.FeatureLevel) };
        }
        else if (record.Name != FeatureCatalog.KRaftVersion)
        {
            // The quorum keeps kraft.version in control records; a feature record of it is a mistake to be ignored (KAFKA-18979).
            _features = _features with
            {
                Finalized = record.FeatureLevel == 0
                    ? _features.Finalized.Remove(record.Name)
                    : _features.Finalized.SetItem(record.Name, record.FeatureLevel),
            };
        }
    }
}
