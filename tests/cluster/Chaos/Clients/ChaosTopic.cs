using Compat.Cluster.Tests.Workloads;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Cluster.Tests.Chaos.Clients;

/// <summary>The topic of a chaos run, and what its clients have in common.</summary>
internal sealed class ChaosTopic(string bootstrap, ChaosOptions options, ClientLog log, Findings findings)
{
    public const string Name = "chaos";
    public const int Partitions = 6;

    /// <summary>Long enough for any fault; what is not settled by then is unknown.</summary>
    private const int MessageTimeoutMs = 300_000;

    private const int SocketTimeoutMs = 15_000;

    public HistoryRecorder Recorder { get; } = new();

    public Findings Findings => findings;

    /// <summary>A partition as the history names it.</summary>
    public static string NameOf(int partition) => $"{Name}-{partition}";

    public async Task CreateAsync(int replicas)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = Name,
            NumPartitions = Partitions,
            ReplicationFactor = (short)Math.Min(replicas, 3),
            Configs = new Dictionary<string, string> { ["min.insync.replicas"] = "2" },
        }]);
    }

    /// <summary>A producer whose promise is the strongest that there is, unless the mutant has it otherwise.</summary>
    public IProducer<Null, long> NewProducer(string what)
    {
        ProducerConfig config = new()
        {
            BootstrapServers = bootstrap,
            ClientId = what,
            Debug = options.ClientDebug,
            EnableIdempotence = options.Mutant == ChaosMutant.None,
            Acks = options.Mutant == ChaosMutant.LeaderAcks ? Acks.Leader : Acks.All,
            LingerMs = 1,
            MessageTimeoutMs = MessageTimeoutMs,
            SocketTimeoutMs = SocketTimeoutMs,
            ReconnectBackoffMaxMs = 1000,
        };
        return new ProducerBuilder<Null, long>(config).SetLogHandler((_, message) => log.Write(what, message)).SetErrorHandler((_, error) => OnError(what, error)).Build();
    }

    public IConsumer<Null, long> NewConsumer(string what, Action<ConsumerConfig>? configure = null, Action<ConsumerBuilder<Null, long>>? build = null)
    {
        ConsumerConfig config = new()
        {
            BootstrapServers = bootstrap,
            ClientId = what,
            Debug = options.ClientDebug,
            GroupId = what,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 100,
            SocketTimeoutMs = SocketTimeoutMs,
            ReconnectBackoffMaxMs = 1000,
        };
        configure?.Invoke(config);
        ConsumerBuilder<Null, long> builder = new ConsumerBuilder<Null, long>(config).SetLogHandler((_, message) => log.Write(what, message)).SetErrorHandler((_, error) => OnError(what, error));
        build?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>An error that a client got: wrong if it cannot go on, or begins to read elsewhere.</summary>
    public void OnError(string what, Error error)
    {
        if (error.IsFatal || error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.Local_LogTruncation or ErrorCode.OffsetOutOfRange or ErrorCode.Unknown)
        {
            findings.Add($"{what}: {error.Code}: {error.Reason}");
        }
        else
        {
            findings.Count($"{what}: {error.Code}");
        }
    }
}
