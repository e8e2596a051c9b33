using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Confluent.Kafka;

namespace Compat.Clients;

/// <summary>One consumer and the thread that polls it; what others want of it is posted to that thread.</summary>
internal sealed class ConsumerLoop
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentQueue<(Action Action, TaskCompletionSource Done)> _posted = new();
    private readonly Dictionary<TopicPartition, long> _delivered = [];
    private readonly List<TopicPartition> _owned = [];
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly Thread _thread;
    private volatile bool _closing;

    private ConsumerLoop(ConsumerConfig config, Action<IConsumer<byte[], byte[]>> start)
    {
        bool incremental = config.PartitionAssignmentStrategy == PartitionAssignmentStrategy.CooperativeSticky
            || config.GroupProtocol == GroupProtocol.Consumer;
        _consumer = new ConsumerBuilder<byte[], byte[]>(config)
            .SetErrorHandler((_, error) => Protocol.Trouble(error.ToString()))
            .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions, incremental))
            .SetPartitionsRevokedHandler((_, partitions) => Gone(partitions))
            .SetPartitionsLostHandler((_, partitions) => Gone(partitions))
            .Build();
        start(_consumer);
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public static ConsumerLoop Subscribe(string bootstrap, JsonObject args)
    {
        int session = Protocol.Int(args, "sessionTimeoutMs", 6000);
        bool consumerProtocol = Protocol.String(args, "protocol") == "consumer";
        ConsumerConfig config = new()
        {
            BootstrapServers = bootstrap,
            GroupId = Protocol.String(args, "group"),
            GroupInstanceId = args["instanceId"]?.GetValue<string>(),
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            TopicMetadataRefreshIntervalMs = 1000,
            FetchWaitMaxMs = 100,
            GroupProtocol = consumerProtocol ? GroupProtocol.Consumer : GroupProtocol.Classic,
        };
        // The consumer protocol takes these from the broker and refuses them here.
        if (!consumerProtocol)
        {
            config.SessionTimeoutMs = session;
            config.HeartbeatIntervalMs = Math.Min(300, session / 3);
            config.PartitionAssignmentStrategy = Strategy(Protocol.String(args, "strategy", "range"));
        }

        string[] topics = [.. args["topics"]!.AsArray().Select(topic => topic!.GetValue<string>())];
        return new ConsumerLoop(config, consumer => consumer.Subscribe(topics));
    }

    public static ConsumerLoop Assign(string bootstrap, JsonObject args)
    {
        ConsumerConfig config = new()
        {
            BootstrapServers = bootstrap,
            GroupId = "assigned",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 100,
        };
        string topic = Protocol.String(args, "topic");
        TopicPartition[] partitions = [.. args["partitions"]!.AsArray().Select(p => new TopicPartition(topic, p!.GetValue<int>()))];
        return new ConsumerLoop(config, consumer => consumer.Assign(StartingPoints(consumer, partitions, args["from"]!.AsValue())));
    }

    public Task CommitAsync() => PostAsync(() =>
    {
        if (_delivered.Count > 0)
        {
            _consumer.Commit(_delivered.Select(pair => new TopicPartitionOffset(pair.Key, pair.Value)));
        }
    });

    public void Close()
    {
        _closing = true;
        _thread.Join();
        _consumer.Close();
        _consumer.Dispose();
    }

    private static PartitionAssignmentStrategy Strategy(string name) => name switch
    {
        "range" => PartitionAssignmentStrategy.Range,
        "roundrobin" => PartitionAssignmentStrategy.RoundRobin,
        "cooperative-sticky" => PartitionAssignmentStrategy.CooperativeSticky,
        _ => throw new NotSupportedException(name),
    };

    private static IEnumerable<TopicPartitionOffset> StartingPoints(IConsumer<byte[], byte[]> consumer, TopicPartition[] partitions, JsonValue from) =>
        from.TryGetValue(out long timestamp)
            ? consumer.OffsetsForTimes(partitions.Select(p => new TopicPartitionTimestamp(p, new Timestamp(timestamp, TimestampType.CreateTime))), TimeSpan.FromSeconds(60))
            : partitions.Select(p => new TopicPartitionOffset(p, Offset.Beginning));

    private async Task PostAsync(Action action)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _posted.Enqueue((action, done));
        await done.Task;
    }

    private void Run()
    {
        while (!_closing)
        {
            while (_posted.TryDequeue(out (Action Action, TaskCompletionSource Done) posted))
            {
                Perform(posted.Action, posted.Done);
            }

            Poll();
        }
    }

    private static void Perform(Action action, TaskCompletionSource done)
    {
        try
        {
            action();
            done.SetResult();
        }
        catch (KafkaException exception)
        {
            done.SetException(exception);
        }
    }

    private void Poll()
    {
        try
        {
            if (_consumer.Consume(PollTimeout) is { Message: { } message } result)
            {
                _delivered[result.TopicPartition] = result.Offset.Value + 1;
                Announce(result, message);
            }
        }
        catch (ConsumeException exception)
        {
            Protocol.Trouble(exception.Error.ToString());
        }
    }

    private static void Announce(ConsumeResult<byte[], byte[]> result, Message<byte[], byte[]> message) => Protocol.Write(new JsonObject
    {
        ["event"] = "record",
        ["t"] = result.Topic,
        ["p"] = result.Partition.Value,
        ["o"] = result.Offset.Value,
        ["ts"] = message.Timestamp.UnixTimestampMs,
        ["k"] = Protocol.Text(message.Key),
        ["v"] = Protocol.Text(message.Value),
        ["h"] = new JsonArray([.. (message.Headers ?? []).Select(header => new JsonArray(header.Key, Protocol.Text(header.GetValueBytes())))]),
    });

    private void Assigned(List<TopicPartition> partitions, bool incremental)
    {
        if (!incremental)
        {
            _owned.Clear();
        }

        _owned.AddRange(partitions);
        Protocol.Write(new JsonObject { ["event"] = "assigned", ["partitions"] = Protocol.Partitions(_owned) });
    }

    private void Gone(List<TopicPartitionOffset> partitions)
    {
        _owned.RemoveAll(owned => partitions.Exists(gone => gone.TopicPartition == owned));
        // What another member reads by now is not this one's to commit.
        partitions.ForEach(gone => _delivered.Remove(gone.TopicPartition));
        Protocol.Write(new JsonObject { ["event"] = "assigned", ["partitions"] = Protocol.Partitions(_owned) });
    }
}
