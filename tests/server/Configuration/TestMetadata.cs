using System.Net;
using Compat.Replication.Metadata;
using Compat.Server.Handlers;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Configuration;

/// <summary>Metadata images made of a few records.</summary>
internal static class TestMetadata
{
    /// <summary>Node 1 and topic "t", and settings on resources.</summary>
    public static MetadataImage Image(params (ConfigResource Resource, string Name, string Value)[] configs) =>
        Delta(MetadataImage.Empty, [.. Base(), .. configs.Select(config => Config(config.Resource, config.Name, config.Value))]).Apply(MetadataProvenance.Empty);

    /// <summary>What changes when settings of a resource are set, or removed by null.</summary>
    public static MetadataDelta Change(MetadataImage before, ConfigResource resource, params (string Name, string? Value)[] values) =>
        Delta(before, values.Select(value => Config(resource, value.Name, value.Value)));

    /// <summary>Hands a change to publishers and returns the image after it.</summary>
    public static MetadataImage Publish(MetadataDelta delta, params IMetadataPublisher[] publishers)
    {
        MetadataImage image = delta.Apply(MetadataProvenance.Empty);
        foreach (IMetadataPublisher publisher in publishers)
        {
            publisher.OnMetadataUpdate(delta, image);
        }

        return image;
    }

    /// <summary>A request of a client on loopback.</summary>
    public static RequestContext Request(ApiKey key, short version) => new(
        new ConnectionInfo(1, "PLAINTEXT", new IPEndPoint(IPAddress.Loopback, 9092), new IPEndPoint(IPAddress.Loopback, 50000)), key, version, 1, "test");

    private static IEnumerable<MetadataRecord> Base() =>
    [
        new(new FeatureLevelRecord { Name = MetadataVersion.FeatureName, FeatureLevel = MetadataVersion.MaxLevel }, 0),
        new(new RegisterBrokerRecord { BrokerId = 1, BrokerEpoch = 1, IncarnationId = new Uuid(1, 1), Fenced = false }, 4),
        new(new TopicRecord { Name = "t", TopicId = new Uuid(1, 2) }, 0),
    ];

    private static MetadataDelta Delta(MetadataImage before, IEnumerable<MetadataRecord> records)
    {
        MetadataDelta delta = new(before);
        foreach (MetadataRecord record in records)
        {
            delta.Replay(record);
        }

        return delta;
    }

    private static MetadataRecord Config(ConfigResource resource, string name, string? value) =>
        new(new ConfigRecord { ResourceType = (sbyte)resource.Type, ResourceName = resource.Name, Name = name, Value = value }, 0);
}
