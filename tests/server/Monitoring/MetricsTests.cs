using System.Net;
using System.Net.Sockets;
using System.Text;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Server.Tests.Monitoring;

public class MetricsTests
{
    private const long Now = 1_700_000_000_000;

    // What the dashboards of Strimzi and of kafka_exporter ask for, and a single broker can say.
    private static readonly string[] Asked =
    [
        "kafka_server_brokertopicmetrics_messagesin_total{topic=\"t\"}",
        "kafka_server_brokertopicmetrics_bytesin_total{topic=\"t\"}",
        "kafka_server_brokertopicmetrics_bytesout_total{topic=\"t\"}",
        "kafka_server_brokertopicmetrics_totalproducerequests_total{topic=\"t\"}",
        "kafka_server_brokertopicmetrics_totalfetchrequests_total{topic=\"t\"}",
        "kafka_server_brokertopicmetrics_failedproducerequests_total{topic=\"t\"}",
        "kafka_server_brokertopicmetrics_failedfetchrequests_total{topic=\"t\"}",
        "kafka_server_replicamanager_leadercount",
        "kafka_server_replicamanager_partitioncount",
        "kafka_server_replicamanager_underreplicatedpartitions",
        "kafka_server_replicamanager_underminisrpartitioncount",
        "kafka_server_replicamanager_offlinereplicacount",
        "kafka_cluster_partition_atminisr{topic=\"t\",partition=\"0\"}",
        "kafka_cluster_partition_underminisr{topic=\"t\",partition=\"0\"}",
        "kafka_controller_kafkacontroller_activecontrollercount",
        "kafka_controller_kafkacontroller_offlinepartitionscount",
        "kafka_controller_kafkacontroller_globaltopiccount",
        "kafka_controller_kafkacontroller_globalpartitioncount",
        "kafka_server_socket_server_metrics_connection_count{listener=\"PLAINTEXT\"}",
        "kafka_log_log_size{topic=\"t\",partition=\"0\"}",
        "kafka_log_logmanager_offlinelogdirectorycount",
        "kafka_log_logcleaner_max_buffer_utilization_percent",
        "kafka_log_logcleaner_cleaner_recopy_percent",
        "kafka_log_logcleaner_max_clean_time_secs",
        "kafka_log_logcleaner_max_compaction_delay_secs",
        "kafka_log_logcleaner_deadthreadcount",
        "kafka_log_logcleanermanager_max_dirty_percent",
        "kafka_log_logcleanermanager_time_since_last_run_ms",
        "kafka_utils_throttler_cleaner_io_total",
        "kafka_brokers",
        "kafka_topic_partitions{topic=\"t\"}",
        "kafka_topic_partition_current_offset{topic=\"t\",partition=\"0\"}",
        "kafka_topic_partition_oldest_offset{topic=\"t\",partition=\"0\"}",
        "kafka_topic_partition_in_sync_replica{topic=\"t\",partition=\"0\"}",
        "kafka_topic_partition_leader{topic=\"t\",partition=\"0\"}",
        "kafka_topic_partition_leader_is_preferred{topic=\"t\",partition=\"0\"}",
        "kafka_topic_partition_replicas{topic=\"t\",partition=\"0\"}",
        "kafka_topic_partition_under_replicated_partition{topic=\"t\",partition=\"0\"}",
        "kafka_server_raftmetrics_current_leader",
        "kafka_server_raftmetrics_current_epoch",
        "kafka_server_raftmetrics_high_watermark",
        "process_open_fds",
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
    ];

    [Fact]
    public async Task Everything_that_dashboards_ask_for_is_there()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t");
        Dictionary<string, double> samples = await broker.ScrapeAsync();
        Assert.Empty(Asked.Except(samples.Keys));
    }

    [Fact]
    public async Task What_is_produced_and_fetched_is_counted_by_topic_and_in_all()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t", partitions: 2);
        await broker.CreateTopicAsync("u");
        byte[] batch = Batch("one", "two", "three");
        Assert.Equal(ErrorCode.None, await ProduceAsync(broker, "t", 1, batch));
        Assert.Equal(ErrorCode.None, await ProduceAsync(broker, "u", 0, Batch("four")));
        Assert.NotEqual(ErrorCode.None, await ProduceAsync(broker, "t", 1, new byte[80]));
        await FetchAsync(broker, "t", 1);

        Dictionary<string, double> samples = await broker.ScrapeAsync();

        const string Prefix = "kafka_server_brokertopicmetrics_";
        Assert.Equal(3, samples[Prefix + "messagesin_total{topic=\"t\"}"]);
        Assert.Equal(4, samples[Prefix + "messagesin_total"]);
        Assert.Equal(batch.Length, samples[Prefix + "bytesin_total{topic=\"t\"}"]);
        Assert.Equal(batch.Length, samples[Prefix + "bytesout_total{topic=\"t\"}"]);
        Assert.Equal(batch.Length, samples[Prefix + "bytesout_total"]);
        Assert.Equal(1, samples[Prefix + "totalfetchrequests_total"]);
        Assert.Equal(3, samples["kafka_topic_partition_current_offset{topic=\"t\",partition=\"1\"}"]);
        Assert.Equal(3, samples["kafka_log_log_logendoffset{topic=\"t\",partition=\"1\"}"]);
        Assert.Equal(batch.Length, samples["kafka_log_log_size{topic=\"t\",partition=\"1\"}"]);
        Assert.Equal(3, samples["kafka_network_requestmetrics_requests_total{request=\"Produce\",version=\"7\"}"]);
        Assert.Equal(3, samples["kafka_network_requestmetrics_totaltimems_count{request=\"Produce\"}"]);
    }

    [Fact]
    public async Task The_counts_of_a_deleted_topic_stay_in_the_total()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t");
        await ProduceAsync(broker, "t", 0, Batch("one"));
        await broker.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(new DeleteTopicsRequest { TopicNames = ["t"], TimeoutMs = 10_000 }, 3);

        Dictionary<string, double> samples = await broker.ScrapeAsync();

        Assert.DoesNotContain("kafka_server_brokertopicmetrics_messagesin_total{topic=\"t\"}", samples.Keys);
        Assert.Equal(1, samples["kafka_server_brokertopicmetrics_messagesin_total"]);
        Assert.Equal(0, samples["kafka_controller_kafkacontroller_globaltopiccount"]);
    }

    [Fact]
    public async Task A_group_is_shown_with_its_lag()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t");
        await ProduceAsync(broker, "t", 0, Batch("one", "two", "three"));
        await CommitAsync(broker, "g", "t", 0, offset: 1);

        Dictionary<string, double> samples = await broker.ScrapeAsync();

        Assert.Equal(1, samples["kafka_consumergroup_current_offset{consumergroup=\"g\",topic=\"t\",partition=\"0\"}"]);
        Assert.Equal(2, samples["kafka_consumergroup_lag{consumergroup=\"g\",topic=\"t\",partition=\"0\"}"]);
        Assert.Equal(2, samples["kafka_consumergroup_lag_sum{consumergroup=\"g\",topic=\"t\"}"]);
        Assert.Equal(0, samples["kafka_consumergroup_members{consumergroup=\"g\"}"]);
    }

    [Fact]
    public async Task Without_a_port_nothing_listens()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        Assert.NotNull(broker.Broker.MetricsPort);
        Assert.Null(Configuration.TestConfig.Load().Metrics.Port);
    }

    [Theory]
    [InlineData("GET /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK")]
    [InlineData("GET /metrics?name=x HTTP/1.0\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK")]
    [InlineData("HEAD /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK")]
    [InlineData("GET /other HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found")]
    [InlineData("POST /metrics HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed")]
    [InlineData("nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request")]
    [InlineData("GET /metrics SPDY/1\r\n\r\n", "HTTP/1.1 400 Bad Request")]
    public async Task The_listener_answers_what_HTTP_demands(string request, string status)
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        string answer = await SendAsync(broker, Encoding.ASCII.GetBytes(request));
        Assert.StartsWith(status + "\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(request.StartsWith("HEAD", StringComparison.Ordinal), answer.EndsWith("\r\n\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_head_that_never_ends_is_not_read_for_ever()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        Assert.StartsWith("HTTP/1.1 400 ", await SendAsync(broker, new byte[8 * 1024]), StringComparison.Ordinal);
    }

    private static async Task<string> SendAsync(MonitoredBroker broker, byte[] request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, broker.Broker.MetricsPort!.Value);
        await client.GetStream().WriteAsync(request);
        using StreamReader reader = new(client.GetStream());
        return await reader.ReadToEndAsync();
    }

    private static byte[] Batch(params string[] values)
    {
        using RecordBatchBuilder builder = new();
        foreach (string value in values)
        {
            builder.Append(Now, null, Encoding.UTF8.GetBytes(value));
        }

        return builder.Build();
    }

    private static async Task<ErrorCode> ProduceAsync(MonitoredBroker broker, string topic, int partition, byte[] batch)
    {
        ProduceResponse response = await broker.AskAsync<ProduceRequest, ProduceResponse>(
            new ProduceRequest
            {
                Acks = 1,
                TimeoutMs = 10_000,
                TopicData = [new() { Name = topic, PartitionData = [new() { Index = partition, Records = batch }] }],
            },
            7);
        return response.Responses[0].PartitionResponses[0].ErrorCode;
    }

    private static async Task FetchAsync(MonitoredBroker broker, string topic, int partition)
    {
        FetchResponse response = await broker.AskAsync<FetchRequest, FetchResponse>(
            new FetchRequest
            {
                ReplicaId = -1,
                MinBytes = 1,
                MaxBytes = 1_000_000,
                Topics = [new() { Topic = topic, Partitions = [new() { Partition = partition, PartitionMaxBytes = 1_000_000 }] }],
            },
            4);
        Assert.Equal(ErrorCode.None, response.Responses[0].Partitions[0].ErrorCode);
    }

    /// <summary>The first commit has the offsets topic made, so it may have to be repeated.</summary>
    private static async Task CommitAsync(MonitoredBroker broker, string group, string topic, int partition, long offset)
    {
        ErrorCode code;
        do
        {
            FindCoordinatorResponse found = await broker.AskAsync<FindCoordinatorRequest, FindCoordinatorResponse>(new FindCoordinatorRequest { Key = group }, 0);
            OffsetCommitResponse response = await broker.AskAsync<OffsetCommitRequest, OffsetCommitResponse>(
                new OffsetCommitRequest
                {
                    GroupId = group,
                    Topics = [new() { Name = topic, Partitions = [new() { PartitionIndex = partition, CommittedOffset = offset }] }],
                },
                5);
            code = found.ErrorCode == ErrorCode.None ? response.Topics[0].Partitions[0].ErrorCode : found.ErrorCode;
        }
        while (code.IsRetriable());
        Assert.Equal(ErrorCode.None, code);
    }
}
