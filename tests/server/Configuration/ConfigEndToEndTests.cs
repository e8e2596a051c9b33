using System.Net;
using System.Net.Sockets;
using System.Text;
using Compat.Log.Configuration;
using Compat.Replication.Partitions;
using Compat.Server.Tests.Monitoring;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Server.Tests.Configuration;

/// <summary>Changes of settings, asked for by a client and in force on the broker.</summary>
public class ConfigEndToEndTests
{
    private const sbyte Topic = 2;
    private const sbyte Broker = 4;
    private const sbyte BrokerLogger = 8;
    private const sbyte Group = 32;
    private const sbyte Set = 0;
    private const sbyte Delete = 1;
    private const sbyte Append = 2;
    private const sbyte Subtract = 3;

    [Fact]
    public async Task A_topic_s_setting_is_in_force_when_the_change_is_answered()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t");
        Assert.Equal(ErrorCode.None, await ProduceAsync(broker, 500));

        Assert.Equal(ErrorCode.None, await AlterAsync(broker, Topic, "t", ("max.message.bytes", Set, "400")));
        Assert.Equal(ErrorCode.MessageTooLarge, await ProduceAsync(broker, 500));
        Assert.Equal(("400", (sbyte)1), await DescribeAsync(broker, Topic, "t", "max.message.bytes"));

        Assert.Equal(ErrorCode.None, await AlterAsync(broker, Topic, "t", ("max.message.bytes", Delete, null)));
        Assert.Equal(ErrorCode.None, await ProduceAsync(broker, 500));
        Assert.Equal(("1048588", (sbyte)5), await DescribeAsync(broker, Topic, "t", "max.message.bytes"));
    }

    [Fact]
    public async Task A_broker_s_setting_is_in_force_on_topics_that_set_nothing_else()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t");
        await broker.CreateTopicAsync("own", 1, ("retention.ms", "7"));

        Assert.Equal(ErrorCode.None, await AlterAsync(broker, Broker, "", ("log.retention.ms", Set, "5")));
        Assert.Equal((5, 7), (LogConfigOf(broker, "t").RetentionMs, LogConfigOf(broker, "own").RetentionMs));
        Assert.Equal(("5", (sbyte)3), await DescribeAsync(broker, Topic, "t", "retention.ms"));

        Assert.Equal(ErrorCode.None, await AlterAsync(broker, Broker, "1", ("log.retention.ms", Set, "6")));
        Assert.Equal((6, 7), (LogConfigOf(broker, "t").RetentionMs, LogConfigOf(broker, "own").RetentionMs));
        Assert.Equal(("6", (sbyte)2), await DescribeAsync(broker, Broker, "1", "log.retention.ms"));
        Assert.Equal(("5", (sbyte)3), await DescribeAsync(broker, Broker, "", "log.retention.ms"));

        await AlterAsync(broker, Broker, "1", ("log.retention.ms", Delete, null));
        await AlterAsync(broker, Broker, "", ("log.retention.ms", Delete, null));
        Assert.Equal(LogConfig.Default.RetentionMs, LogConfigOf(broker, "t").RetentionMs);
    }

    [Fact]
    public async Task Settings_outlive_the_broker()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t");
        await AlterAsync(broker, Topic, "t", ("retention.ms", Set, "9"));
        await AlterAsync(broker, Broker, "1", ("max.connections", Set, "50"));
        await using MonitoredBroker again = await broker.RestartAsync();
        Assert.Equal(9, LogConfigOf(again, "t").RetentionMs);
        Assert.Equal(("50", (sbyte)2), await DescribeAsync(again, Broker, "1", "max.connections"));
        Assert.Equal(50, again.Broker.Server.Connections.Limits.MaxConnections);
    }

    [Fact]
    public async Task A_limit_of_connections_holds_at_once()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        Assert.Equal(ErrorCode.None, await AlterAsync(broker, Broker, "1", ("max.connections", Set, "1")));
        using TcpClient second = new();
        await second.ConnectAsync(IPAddress.Loopback, broker.Broker.Listeners[0].Port);
        Assert.Equal(0, await second.GetStream().ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task The_cleaner_follows_its_settings_within_reason()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync("log.cleaner.threads=2");
        Assert.Equal(ErrorCode.None, await AlterAsync(broker, Broker, "", ("log.cleaner.threads", Set, "4"), ("log.cleaner.backoff.ms", Set, "7")));
        Assert.Equal((4, 7), (broker.Broker.Parts.Config.Current.Cleaner.Threads, broker.Broker.Parts.Config.Current.Cleaner.BackoffMs));
        Assert.Equal(ErrorCode.InvalidRequest, await AlterAsync(broker, Broker, "", ("log.cleaner.threads", Set, "9")));
        Assert.Equal(ErrorCode.InvalidRequest, await AlterAsync(broker, Broker, "", ("log.cleaner.threads", Set, "1")));
        Assert.Equal(ErrorCode.InvalidRequest, await AlterAsync(broker, Broker, "", ("log.cleaner.dedupe.buffer.size", Set, "4194304")));
        Assert.Equal(4, broker.Broker.Parts.Config.Current.Cleaner.Threads);
    }

    [Fact]
    public async Task A_topic_is_compacted_from_the_change_of_its_policy_on()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync("log.cleaner.backoff.ms=1", "log.cleaner.min.cleanable.ratio=0");
        await broker.CreateTopicAsync("t");
        Assert.True(broker.Broker.Parts.Partitions.TryGet(new TopicPartition("t", 0), out Partition? partition));
        for (int value = 0; value < 3; value++)
        {
            Assert.Equal(ErrorCode.None, await ProduceAsync(broker, 500, key: "k"));
        }

        partition.Log.Roll();
        long before = partition.Log.Size;
        Assert.Equal(ErrorCode.None, await AlterAsync(broker, Topic, "t", ("cleanup.policy", Set, "compact")));

        Assert.True(SpinWait.SpinUntil(() => partition.Log.CleanedOffset == 3, TimeSpan.FromSeconds(20)));
        Assert.InRange(partition.Log.Size, 1, before / 2);
        Assert.Equal(ErrorCode.InvalidRecord, await ProduceAsync(broker, 500));
    }

    [Fact]
    public async Task Lists_are_appended_to_and_subtracted_from()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t");
        Assert.Equal(ErrorCode.None, await AlterAsync(broker, Topic, "t", ("cleanup.policy", Append, "compact")));
        Assert.True(LogConfigOf(broker, "t") is { CleanupCompact: true, CleanupDelete: true });
        Assert.Equal(ErrorCode.None, await AlterAsync(broker, Topic, "t", ("cleanup.policy", Subtract, "delete")));
        Assert.True(LogConfigOf(broker, "t") is { CleanupCompact: true, CleanupDelete: false });
        Assert.Equal(ErrorCode.InvalidConfig, await AlterAsync(broker, Topic, "t", ("retention.ms", Append, "5")));
    }

    [Theory]
    [InlineData(Topic, "t", "retention.ms", "soon", ErrorCode.InvalidConfig)]
    [InlineData(Topic, "t", "no.such.setting", "1", ErrorCode.InvalidConfig)]
    [InlineData(Topic, "u", "retention.ms", "1", ErrorCode.UnknownTopicOrPartition)]
    [InlineData(Topic, "t", "retention.ms", null, ErrorCode.InvalidRequest)]
    [InlineData(Broker, "1", "num.partitions", "5", ErrorCode.InvalidRequest)]
    [InlineData(Broker, "2", "log.retention.ms", "5", ErrorCode.InvalidRequest)]
    [InlineData(Group, "g", "consumer.session.timeout.ms", "1", ErrorCode.InvalidConfig)]
    [InlineData(BrokerLogger, "1", "no.such.logger", "INFO", ErrorCode.InvalidConfig)]
    public async Task A_change_that_Kafka_refuses_is_refused(sbyte type, string resource, string name, string? value, ErrorCode expected)
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t");
        Assert.Equal(expected, await AlterAsync(broker, type, resource, (name, Set, value)));
    }

    [Fact]
    public async Task A_resource_changes_as_a_whole_or_not_at_all()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t");
        Assert.Equal(ErrorCode.InvalidConfig, await AlterAsync(broker, Topic, "t", ("retention.ms", Set, "5"), ("segment.ms", Set, "0")));
        Assert.Equal(ErrorCode.InvalidRequest, await AlterAsync(broker, Topic, "t", ("retention.ms", Set, "5"), ("retention.ms", Set, "6")));
        Assert.Equal(LogConfig.Default.RetentionMs, LogConfigOf(broker, "t").RetentionMs);
    }

    [Fact]
    public async Task Each_resource_has_one_answer_in_the_order_of_the_request()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t");
        IncrementalAlterConfigsResponse response = await broker.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            new IncrementalAlterConfigsRequest
            {
                Resources =
                [
                    Resource(BrokerLogger, "1", ("root", Set, "DEBUG")),
                    Resource(Topic, "t", ("retention.ms", Set, "5")),
                    Resource(Topic, "u", ("retention.ms", Set, "5")),
                    Resource(BrokerLogger, "2", ("root", Set, "DEBUG")),
                ],
            },
            1);
        Assert.Equal(
            [(BrokerLogger, "1", ErrorCode.None), (Topic, "t", ErrorCode.None), (Topic, "u", ErrorCode.UnknownTopicOrPartition), (BrokerLogger, "2", ErrorCode.InvalidRequest)],
            response.Responses.Select(each => (each.ResourceType, each.ResourceName, each.ErrorCode)));
        Assert.Equal(("DEBUG", (sbyte)6), await DescribeAsync(broker, BrokerLogger, "1", "root"));
    }

    [Fact]
    public async Task A_change_may_only_be_validated()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t");
        IncrementalAlterConfigsResponse response = await broker.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            new IncrementalAlterConfigsRequest { ValidateOnly = true, Resources = [Resource(Topic, "t", ("retention.ms", Set, "5"))] }, 1);
        Assert.Equal(ErrorCode.None, response.Responses[0].ErrorCode);
        Assert.Equal(LogConfig.Default.RetentionMs, LogConfigOf(broker, "t").RetentionMs);
    }

    [Fact]
    public async Task AlterConfigs_replaces_everything_a_resource_sets()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        await broker.CreateTopicAsync("t", 1, ("retention.ms", "5"), ("retention.bytes", "6"));
        AlterConfigsResponse response = await broker.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(
            new AlterConfigsRequest
            {
                Resources = [new() { ResourceType = Topic, ResourceName = "t", Configs = [new() { Name = "retention.bytes", Value = "7" }] }],
            },
            1);
        Assert.Equal(ErrorCode.None, response.Responses[0].ErrorCode);
        Assert.Equal((LogConfig.Default.RetentionMs, 7), (LogConfigOf(broker, "t").RetentionMs, LogConfigOf(broker, "t").RetentionBytes));
    }

    [Fact]
    public async Task A_group_s_setting_is_kept_described_and_listed()
    {
        await using MonitoredBroker broker = await MonitoredBroker.StartAsync();
        Assert.Equal(ErrorCode.None, await AlterAsync(broker, Group, "g", ("share.isolation.level", Set, "read_committed")));
        Assert.Equal(("read_committed", (sbyte)8), await DescribeAsync(broker, Group, "g", "share.isolation.level"));
        ListConfigResourcesResponse listed = await broker.AskAsync<ListConfigResourcesRequest, ListConfigResourcesResponse>(
            new ListConfigResourcesRequest { ResourceTypes = [Group] }, 1);
        Assert.Equal("g", Assert.Single(listed.ConfigResources).ResourceName);
    }

    private static LogConfig LogConfigOf(MonitoredBroker broker, string topic)
    {
        Assert.True(broker.Broker.Parts.Partitions.TryGet(new TopicPartition(topic, 0), out Partition? partition));
        return partition.Log.Config;
    }

    private static IncrementalAlterConfigsRequest.AlterConfigsResource Resource(
        sbyte type, string name, params (string Name, sbyte Operation, string? Value)[] configs) => new()
        {
            ResourceType = type,
            ResourceName = name,
            Configs = [.. configs.Select(config => new IncrementalAlterConfigsRequest.AlterableConfig { Name = config.Name, ConfigOperation = config.Operation, Value = config.Value })],
        };

    private static async Task<ErrorCode> AlterAsync(
        MonitoredBroker broker, sbyte type, string name, params (string Name, sbyte Operation, string? Value)[] configs)
    {
        IncrementalAlterConfigsResponse response = await broker.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            new IncrementalAlterConfigsRequest { Resources = [Resource(type, name, configs)] }, 1);
        IncrementalAlterConfigsResponse.AlterConfigsResourceResponse answer = Assert.Single(response.Responses);
        Assert.Equal(answer.ErrorCode == ErrorCode.None, answer.ErrorMessage is null);
        return answer.ErrorCode;
    }

    private static async Task<(string? Value, sbyte Source)> DescribeAsync(MonitoredBroker broker, sbyte type, string name, string setting)
    {
        DescribeConfigsResponse response = await broker.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            new DescribeConfigsRequest { Resources = [new() { ResourceType = type, ResourceName = name, ConfigurationKeys = [setting] }] }, 4);
        DescribeConfigsResponse.DescribeConfigsResourceResult config = Assert.Single(Assert.Single(response.Results).Configs);
        return (config.Value, config.ConfigSource);
    }

    private static async Task<ErrorCode> ProduceAsync(MonitoredBroker broker, int valueBytes, string? key = null)
    {
        using RecordBatchBuilder builder = new();
        builder.Append(1_700_000_000_000, key is null ? null : Encoding.ASCII.GetBytes(key), Encoding.ASCII.GetBytes(new string('x', valueBytes)));
        ProduceResponse response = await broker.AskAsync<ProduceRequest, ProduceResponse>(
            new ProduceRequest
            {
                Acks = 1,
                TimeoutMs = 10_000,
                TopicData = [new() { Name = "t", PartitionData = [new() { Index = 0, Records = builder.Build() }] }],
            },
            7);
        return response.Responses[0].PartitionResponses[0].ErrorCode;
    }
}
