using Compat.Wire.Messages;

namespace Compat.Replication.Metadata;

/// <summary>Turns an image back into the records that make it.</summary>
internal sealed class ImageWriter
{
    private readonly MetadataImage _image;
    private readonly MetadataVersion _version;

    public ImageWriter(MetadataImage image)
    {
        _image = image;
        _version = image.Features.EffectiveMetadataVersion;
    }

    public IEnumerable<MetadataRecord> Records() =>
        Features().Concat(Cluster()).Concat(Topics()).Concat(Configs()).Concat(ProducerIds()).Concat(Retained());

    private IEnumerable<MetadataRecord> Features()
    {
        if (_image.Features.MetadataVersion is { } version)
        {
            yield return Feature(MetadataVersion.FeatureName, version.Level);
        }
        foreach ((string name, short level) in _image.Features.Finalized)
        {
            yield return Feature(name, level);
        }
    }

    private static MetadataRecord Feature(string name, short level) =>
        new(new FeatureLevelRecord { Name = name, FeatureLevel = level }, 0);

    private IEnumerable<MetadataRecord> Cluster() =>
        _image.Cluster.Brokers.Values.Select(broker => broker.ToRecord(_version))
            .Concat(_image.Cluster.Controllers.Values.Select(controller => new MetadataRecord(controller, 0)));

    private IEnumerable<MetadataRecord> Topics()
    {
        foreach (TopicImage topic in _image.Topics.ById.Values.OrderBy(topic => topic.Name, StringComparer.Ordinal))
        {
            yield return new MetadataRecord(new TopicRecord { Name = topic.Name, TopicId = topic.Id }, 0);
            for (int i = 0; i < topic.Partitions.Length; i++)
            {
                yield return topic.Partitions[i].ToRecord(topic.Id, i, _version);
            }
        }
    }

    private IEnumerable<MetadataRecord> Configs() =>
        from entry in _image.Configs.ByResource
        orderby entry.Key.Type, entry.Key.Name
        from value in entry.Value
        select new MetadataRecord(
            new ConfigRecord
            {
                ResourceType = (sbyte)entry.Key.Type,
                ResourceName = entry.Key.Name,
                Name = value.Key,
                Value = value.Value,
            },
            0);

    private IEnumerable<MetadataRecord> ProducerIds()
    {
        if (_image.NextProducerId > 0)
        {
            yield return new MetadataRecord(
                new ProducerIdsRecord { BrokerId = -1, BrokerEpoch = -1, NextProducerId = _image.NextProducerId },
                0);
        }
    }

    private IEnumerable<MetadataRecord> Retained() => _image.Retained.ByKey.Values;
}
