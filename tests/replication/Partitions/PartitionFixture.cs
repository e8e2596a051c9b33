using System.Text;
using Compat.Log;
using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Replication.Tests.Metadata;
using Compat.Wire.Records;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Replication.Tests.Partitions;

/// <summary>The partitions of broker 1, fed with records.</summary>
internal sealed class PartitionFixture : IDisposable
{
    public PartitionFixture(MemoryStorage? storage = null, int fetchWaitMaxMs = 500, params string[] directories)
    {
        Storage = storage ?? new MemoryStorage(Time);
        var context = new LogContext(Storage, Time, new Random(5), NullLogger.Instance);
        Logs = LogManager.Open(context, new LogManagerOptions
        {
            LogDirs = directories.Length == 0 ? ["/data"] : directories,
            ClusterId = "cluster",
            NodeId = 1,
        });
        Registry = new PartitionRegistry(
            new PartitionRegistryOptions(1, Records.Id(1001), FetchWaitMaxMs: fetchWaitMaxMs), Logs, ConfigOf, IsrChanges, Time, NullLogger<PartitionRegistry>.Instance);
        Registry.AddListener(Listener);
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));

    public MemoryStorage Storage { get; }

    public LogManager Logs { get; }

    public PartitionRegistry Registry { get; }

    public RecordingIsrChanges IsrChanges { get; } = new();

    public RecordingPartitionListener Listener { get; } = new();

    public MetadataImage Image { get; private set; } = MetadataImage.Empty;

    public Partition this[string topic, int partition] =>
        Registry.TryGet(topic, partition, out Partition? found) ? found : throw new KeyNotFoundException($"{topic}-{partition}");

    public void Apply(params IEnumerable<MetadataRecord> records)
    {
        var delta = new MetadataDelta(Image);
        foreach (MetadataRecord record in records)
        {
            delta.Replay(record);
        }
        Image = delta.Apply(new MetadataProvenance(Image.Provenance.LastContainedOffset + 1, 1, 0, true));
        Registry.OnMetadataUpdate(delta, Image);
    }

    public static byte[] Batch(params string[] values)
    {
        using var builder = new RecordBatchBuilder();
        foreach (string value in values)
        {
            builder.Append(1_700_000_000_000, Encoding.UTF8.GetBytes("key"), Encoding.UTF8.GetBytes(value));
        }
        return builder.Build();
    }

    public void Dispose() => Logs.Dispose();

    private static LogConfig ConfigOf(MetadataImage image, string topic)
    {
        IReadOnlyDictionary<string, string> values = image.Configs.Of(ConfigResource.Topic(topic));
        string? brokerDefault = image.Configs.Of(ConfigResource.BrokerDefault).GetValueOrDefault("log.retention.ms");
        LogConfig config = values.TryGetValue("min.insync.replicas", out string? minIsr)
            ? LogConfig.Default with { MinInsyncReplicas = int.Parse(minIsr) }
            : LogConfig.Default;
        return brokerDefault is null ? config : config with { RetentionMs = long.Parse(brokerDefault) };
    }
}

internal sealed class RecordingPartitionListener : IPartitionListener
{
    public List<string> Events { get; } = [];

    public void OnLeading(Partition partition) => Events.Add($"leading {partition.TopicPartition} {partition.LeaderEpoch}");

    public void OnNotLeading(Partition partition) => Events.Add($"not leading {partition.TopicPartition}");
}

internal sealed class CountingWaiter : IPartitionWaiter
{
    public int Calls { get; private set; }

    public void OnChanged(Partition partition) => Calls++;
}

internal sealed class RecordingIsrChanges : IIsrChanges
{
    public List<IsrProposal> Proposals { get; } = [];

    public void Submit(IsrProposal proposal) => Proposals.Add(proposal);
}
