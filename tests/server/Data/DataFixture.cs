using Compat.Log;
using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Server.Fetching;
using Compat.Server.Handlers;
using Compat.Server.Platform;
using Compat.Server.Tests.Transport;
using Compat.Server.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Server.Tests.Data;

/// <summary>The data handlers over partitions in memory, reached through the transport, in virtual time.</summary>
internal sealed class DataFixture : IAsyncDisposable
{
    public const string Topic = "orders";
    public const int LeaderEpoch = 5;

    public static readonly Uuid TopicId = new(11, 22);

    private const int BrokerId = 1;

    private static readonly Uuid IncarnationId = new(7, 7);

    private readonly Dictionary<string, LogConfig> _configs = [];
    private readonly LogManager _logs;
    private readonly DeadlineQueue _deadlines;
    private readonly TestServer _server;
    private MetadataImage _image = MetadataImage.Empty;
    private long _offset;

    public DataFixture(int partitions = 2, LogConfig? config = null, IStorage? storage = null)
    {
        var context = new LogContext(storage ?? new MemoryStorage(Time), Time, new Random(1), NullLogger.Instance);
        _logs = LogManager.Open(context, new LogManagerOptions { LogDirs = ["/data"], ClusterId = "cluster", NodeId = BrokerId });
        Registry = new PartitionRegistry(
            new PartitionRegistryOptions(BrokerId, IncarnationId), _logs, (_, topic) => _configs[topic], IsrChanges, Time, NullLogger<PartitionRegistry>.Instance);
        Replay(new RegisterBrokerRecord { BrokerId = BrokerId, BrokerEpoch = 1, IncarnationId = IncarnationId });
        AddTopic(Topic, TopicId, partitions, config);
        _deadlines = new DeadlineQueue(Time);
        var lookup = new PartitionLookup(Registry, () => _image, (broker, _) => ($"host{broker}", 9000 + broker));
        Sessions = new FetchSessionCache(slots: 10, Time, new Random(1));
        _server = new TestServer(
            Time,
            new ConnectionLimits(),
            new ProduceHandler(lookup),
            new FetchHandler(lookup, new PreferredReplicas(() => _image.Cluster), Sessions, _deadlines, new BurstWork(), maxBytes: 55 * 1024 * 1024),
            new ListOffsetsHandler(lookup),
            new DeleteRecordsHandler(lookup),
            new OffsetForLeaderEpochHandler(lookup),
            new DescribeProducersHandler(lookup));
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));

    public PartitionRegistry Registry { get; }

    public RecordingIsrChanges IsrChanges { get; } = new();

    public FetchSessionCache Sessions { get; }

    public ListLogger Log => _server.Log;

    public int WaitingFetches => _deadlines.Count;

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public Task<TestClient> ConnectAsync() => _server.ConnectAsync();

    public Partition Partition(int index) =>
        Registry.TryGet(new TopicPartition(Topic, index), out Partition? partition) ? partition : throw new InvalidOperationException();

    /// <summary>A broker that is alive.</summary>
    public void AddBroker(int id, string? rack = null) => Replay(
        new RegisterBrokerRecord { BrokerId = id, BrokerEpoch = 10 + id, IncarnationId = new Uuid(7, (ulong)id), Rack = rack, Fenced = false });

    /// <summary>A topic of one partition that this broker leads.</summary>
    public Partition AddReplicated(string topic, Uuid topicId, int[] replicas, int[] isr, LogConfig? config = null)
    {
        _configs[topic] = config ?? LogConfig.Default;
        Replay(new TopicRecord { Name = topic, TopicId = topicId });
        Replay(new PartitionRecord
        {
            TopicId = topicId,
            PartitionId = 0,
            Replicas = [.. replicas],
            Isr = [.. isr],
            Leader = BrokerId,
            LeaderEpoch = LeaderEpoch,
            Directories = [.. replicas.Select(_ => _logs.Directories[0].DirectoryId)],
        });
        return Registry.TryGet(topicId, 0, out Partition? partition) ? partition : throw new InvalidOperationException();
    }

    /// <summary>Another broker becomes the leader of the one partition of a topic.</summary>
    /// <param name="topicId">The topic.</param>
    /// <param name="leader">The new leader.</param>
    /// <param name="isShown">False for the moment in which the partitions have followed an image that is not shown to others yet.</param>
    public void Elect(Uuid topicId, int leader, bool isShown = true)
    {
        MetadataImage before = _image;
        Replay(new PartitionChangeRecord { TopicId = topicId, PartitionId = 0, Leader = leader });
        _image = isShown ? _image : before;
    }

    public void AddTopic(string topic, Uuid topicId, int partitions = 1, LogConfig? config = null)
    {
        _configs[topic] = config ?? LogConfig.Default;
        Replay(new TopicRecord { Name = topic, TopicId = topicId });
        for (int i = 0; i < partitions; i++)
        {
            Replay(new PartitionRecord
            {
                TopicId = topicId,
                PartitionId = i,
                Replicas = [BrokerId],
                Isr = [BrokerId],
                Leader = BrokerId,
                LeaderEpoch = LeaderEpoch,
                Directories = [_logs.Directories[0].DirectoryId],
            });
        }
    }

    /// <summary>Another broker takes the lead of a partition.</summary>
    public void MoveLeader(int partition, int broker, string? rack = null)
    {
        Replay(new RegisterBrokerRecord { BrokerId = broker, BrokerEpoch = 1, IncarnationId = new Uuid(7, (ulong)broker), Rack = rack, Fenced = false });
        Replay(new PartitionChangeRecord
        {
            TopicId = TopicId,
            PartitionId = partition,
            Replicas = [BrokerId, broker],
            Isr = [BrokerId, broker],
            Leader = broker,
        });
    }

    public void RemoveTopic(Uuid topicId) => Replay(new RemoveTopicRecord { TopicId = topicId });

    /// <summary>A batch of values with the current time.</summary>
    public byte[] Batch(params string[] values) => BatchAt(NowMs, values);

    public static byte[] BatchAt(long timestamp, params string[] values)
    {
        using var builder = new RecordBatchBuilder();
        foreach (string value in values)
        {
            builder.Append(timestamp, null, System.Text.Encoding.UTF8.GetBytes(value));
        }

        return builder.Build();
    }

    public static byte[] BatchOf(RecordBatchBuilder builder, params string[] values)
    {
        foreach (string value in values)
        {
            builder.Append(1_700_000_000_000, null, System.Text.Encoding.UTF8.GetBytes(value));
        }

        return builder.Build();
    }

    /// <summary>Appends a batch without a client.</summary>
    public long Append(int partition, params string[] values)
    {
        AppendResult result = Partition(partition).AppendAsLeader(Batch(values), 1, AppendOrigin.Client);
        Assert.Equal(ErrorCode.None, result.ErrorCode);
        return result.FirstOffset;
    }

    /// <summary>The values of all records in batches, with their offsets.</summary>
    public static List<(long Offset, string Value)> Values(ReadOnlyMemory<byte> batches)
    {
        var values = new List<(long, string)>();
        foreach (RecordBatch batch in new RecordBatches(batches))
        {
            foreach (Compat.Wire.Records.Record record in batch.Records())
            {
                values.Add((record.Offset, System.Text.Encoding.UTF8.GetString(record.Value)));
            }
        }

        return values;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _deadlines.Dispose();
        _logs.Close();
    }

    private void Replay(IMetadataRecord record)
    {
        var delta = new MetadataDelta(_image);
        delta.Replay(new MetadataRecord(record, 2));
        _image = delta.Apply(new MetadataProvenance(_offset++, 1, 0, IsOffsetBatchAligned: true));
        Registry.OnMetadataUpdate(delta, _image);
    }
}

internal sealed class RecordingIsrChanges : IIsrChanges
{
    public List<IsrProposal> Proposals { get; } = [];

    public void Submit(IsrProposal proposal) => Proposals.Add(proposal);
}
