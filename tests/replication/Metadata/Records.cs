using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Tests.Metadata;

/// <summary>Short ways to write records.</summary>
internal static class Records
{
    public static Uuid Id(int n) => new(1, (ulong)n);

    public static MetadataRecord Of(IMetadataRecord record, short version = 0) => new(record, version);

    public static MetadataRecord Topic(string name, Uuid id) => Of(new TopicRecord { Name = name, TopicId = id });

    public static MetadataRecord Partition(Uuid topic, int index, params int[] replicas) => Of(
        new PartitionRecord
        {
            TopicId = topic,
            PartitionId = index,
            Replicas = [.. replicas],
            Isr = [.. replicas],
            Leader = replicas[0],
            LeaderEpoch = 0,
            PartitionEpoch = 0,
            Directories = [.. replicas.Select(_ => DirectoryIds.Unassigned)],
        },
        2);

    public static MetadataRecord Remove(Uuid topic) => Of(new RemoveTopicRecord { TopicId = topic });

    public static MetadataRecord Config(string topic, string name, string? value) => Of(
        new ConfigRecord { ResourceType = 2, ResourceName = topic, Name = name, Value = value });

    public static MetadataRecord Feature(string name, short level) =>
        Of(new FeatureLevelRecord { Name = name, FeatureLevel = level });

    public static MetadataRecord Broker(int id, long epoch = 10, bool fenced = false) => Of(
        new RegisterBrokerRecord
        {
            BrokerId = id,
            BrokerEpoch = epoch,
            IncarnationId = Id(1000 + id),
            EndPoints = [new RegisterBrokerRecord.BrokerEndpoint { Name = "PLAINTEXT", Host = "host" + id, Port = 9092 }],
            Features =
            [
                new RegisterBrokerRecord.BrokerFeature
                {
                    Name = MetadataVersion.FeatureName,
                    MinSupportedVersion = MetadataVersion.MinLevel,
                    MaxSupportedVersion = MetadataVersion.MaxLevel,
                },
            ],
            Fenced = fenced,
            LogDirs = [Id(2000 + id)],
        },
        4);

    public static MetadataRecord[] TopicOf(string name, Uuid id, int partitions, params int[] replicas) =>
        [Topic(name, id), .. Enumerable.Range(0, partitions).Select(i => Partition(id, i, replicas))];

    public static MetadataImage Apply(this MetadataImage image, params IEnumerable<MetadataRecord> records)
    {
        var delta = new MetadataDelta(image);
        long count = 0;
        foreach (MetadataRecord record in records)
        {
            delta.Replay(record);
            count++;
        }
        return delta.Apply(new MetadataProvenance(
            image.Provenance.LastContainedOffset + count, Math.Max(1, image.Provenance.LastContainedEpoch), 1_000, true));
    }
}
