using System.Text;
using System.Text.Json.Nodes;
using Confluent.Kafka;

namespace Compat.Clients;

/// <summary>Drives Confluent.Kafka. The admin interface is called in the test process itself, method by method.</summary>
internal sealed class Driver(string bootstrap)
{
    private readonly Dictionary<string, IProducer<byte[]?, byte[]?>> _producers = [];
    private ConsumerLoop? _consumer;

    public async Task<JsonObject> DoAsync(JsonObject command)
    {
        switch (Protocol.String(command, "op"))
        {
            case "produce":
                return await ProduceAsync(command);
            case "burst":
                return await BurstAsync(command);
            case "subscribe":
                _consumer = ConsumerLoop.Subscribe(bootstrap, command);
                return [];
            case "assign":
                _consumer = ConsumerLoop.Assign(bootstrap, command);
                return [];
            case "commit":
                await _consumer!.CommitAsync();
                return [];
            case "committed":
                return Committed(command);
            case "leave":
                Leave();
                return [];
            default:
                throw new NotSupportedException(command.ToJsonString());
        }
    }

    public void Leave()
    {
        _consumer?.Close();
        _consumer = null;
    }

    private async Task<JsonObject> ProduceAsync(JsonObject args)
    {
        IProducer<byte[]?, byte[]?> producer = Producer(args);
        Task<JsonObject>[] sends = [.. args["records"]!.AsArray().Select(record => SendAsync(producer, args, record!.AsObject()))];
        return new JsonObject { ["results"] = new JsonArray([.. await Task.WhenAll(sends)]) };
    }

    private static async Task<JsonObject> SendAsync(IProducer<byte[]?, byte[]?> producer, JsonObject args, JsonObject record)
    {
        Message<byte[]?, byte[]?> message = new() { Key = Protocol.Bytes(record["k"]), Value = Protocol.Bytes(record["v"]) };
        if (record["ts"] is { } timestamp)
        {
            message.Timestamp = new Timestamp(timestamp.GetValue<long>(), TimestampType.CreateTime);
        }

        if (record["h"] is JsonArray headers)
        {
            message.Headers = [];
            foreach (JsonNode? header in headers)
            {
                message.Headers.Add(header![0]!.GetValue<string>(), Protocol.Bytes(header[1]));
            }
        }

        try
        {
            DeliveryResult<byte[]?, byte[]?> result = await producer.ProduceAsync(
                new TopicPartition(Protocol.String(args, "topic"), Protocol.Int(record, "p", Partition.Any)), message);
            return new JsonObject { ["p"] = result.Partition.Value, ["o"] = result.Offset.Value };
        }
        catch (ProduceException<byte[]?, byte[]?> exception)
        {
            return Protocol.Failure(exception.Error);
        }
    }

    private async Task<JsonObject> BurstAsync(JsonObject args)
    {
        IProducer<byte[]?, byte[]?> producer = Producer(args);
        TopicPartition target = new(Protocol.String(args, "topic"), Protocol.Int(args, "partition", Partition.Any));
        string prefix = Protocol.String(args, "prefix");
        int size = Protocol.Int(args, "size", 0);
        List<Task<DeliveryResult<byte[]?, byte[]?>>> sends = [];
        for (int i = 0; i < Protocol.Int(args, "count", 0); i++)
        {
            byte[] value = Encoding.ASCII.GetBytes($"{prefix}{i}".PadRight(size, '.'));
            sends.Add(producer.ProduceAsync(target, new Message<byte[]?, byte[]?> { Value = value }));
        }

        await Task.WhenAll(sends).ContinueWith(_ => { }, TaskScheduler.Default);
        int[] codes = [.. sends.Where(send => send.IsFaulted).Select(send => (int)((KafkaException)send.Exception!.InnerException!).Error.Code)];
        return new JsonObject
        {
            ["acked"] = sends.Count - codes.Length,
            ["failed"] = codes.Length,
            ["codes"] = new JsonArray([.. codes.Distinct().Select(code => JsonValue.Create(code))]),
        };
    }

    private JsonObject Committed(JsonObject args)
    {
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = bootstrap, GroupId = Protocol.String(args, "group") }).Build();
        TopicPartition[] partitions = [.. args["partitions"]!.AsArray().Select(p => new TopicPartition(Protocol.String(args, "topic"), p!.GetValue<int>()))];
        List<TopicPartitionOffset> found = consumer.Committed(partitions, TimeSpan.FromSeconds(60));
        return new JsonObject { ["offsets"] = new JsonArray([.. found.Select(p => JsonValue.Create(p.Offset.Value < 0 ? -1 : p.Offset.Value))]) };
    }

    private IProducer<byte[]?, byte[]?> Producer(JsonObject args)
    {
        int timeout = Protocol.Int(args, "timeoutMs", 30000);
        ProducerConfig config = new()
        {
            BootstrapServers = bootstrap,
            Acks = (Acks)Protocol.Int(args, "acks", -1),
            CompressionType = Enum.Parse<CompressionType>(Protocol.String(args, "codec", "none"), ignoreCase: true),
            EnableIdempotence = args["idempotent"]?.GetValue<bool>() ?? false,
            MessageMaxBytes = Protocol.Int(args, "maxRequestBytes", 1_000_000),
            MessageTimeoutMs = timeout,
            RequestTimeoutMs = Math.Min(timeout, 10000),
            RetryBackoffMs = 50,
            LingerMs = 2,
            BatchNumMessages = Protocol.Int(args, "batchRecords", 200),
        };
        string key = $"{config.Acks} {config.CompressionType} {config.EnableIdempotence} {config.MessageMaxBytes} {config.MessageTimeoutMs} {config.BatchNumMessages}";
        if (!_producers.TryGetValue(key, out IProducer<byte[]?, byte[]?>? producer))
        {
            producer = new ProducerBuilder<byte[]?, byte[]?>(config).Build();
            _producers.Add(key, producer);
        }

        return producer;
    }
}
