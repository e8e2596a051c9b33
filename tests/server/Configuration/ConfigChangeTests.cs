using Compat.Server.Configuration;
using Compat.Server.Configuration.Resources;
using Compat.Wire;

namespace Compat.Server.Tests.Configuration;

public class ConfigChangeTests
{
    private static readonly BrokerConfig Broker = TestConfig.Load();

    [Theory]
    [InlineData("retention.ms", "1000")]
    [InlineData("cleanup.policy", "compact,delete")]
    [InlineData("remote.storage.enable", "false")]
    [InlineData("min.compaction.lag.ms", "5")]
    public void A_topic_takes_a_valid_value(string name, string value) => Assert.Null(TopicConfigChange.Check(Values(name, value), Broker));

    [Theory]
    [InlineData("retention", "1000")]
    [InlineData("log.retention.ms", "1000")]
    [InlineData("retention.ms", "soon")]
    [InlineData("retention.ms", "-2")]
    [InlineData("remote.storage.enable", "true")]
    public void A_topic_refuses_a_bad_name_or_value_with_INVALID_CONFIG(string name, string value) =>
        Assert.Equal(ErrorCode.InvalidConfig, TopicConfigChange.Check(Values(name, value), Broker)?.Code);

    [Fact]
    public void A_topic_s_compaction_lags_are_held_against_the_broker_s()
    {
        BrokerConfig broker = TestConfig.Load("log.cleaner.max.compaction.lag.ms=10");
        Assert.NotNull(TopicConfigChange.Check(Values("min.compaction.lag.ms", "11"), broker));
        Assert.Null(TopicConfigChange.Check(Values("min.compaction.lag.ms", "10"), broker));
    }

    [Theory]
    [InlineData("consumer.session.timeout.ms", "45000")]
    [InlineData("share.auto.offset.reset", "by_duration:P1DT2H3M4.5S")]
    [InlineData("share.auto.offset.reset", "by_duration:PT0S")]
    [InlineData("streams.assignor.name", "sticky")]
    public void A_group_takes_a_valid_value(string name, string value) => Assert.Null(GroupConfigChange.Check("g", Values(name, value), Broker));

    [Theory]
    [InlineData("consumer.session.timeout.ms", "44999")]
    [InlineData("consumer.session.timeout.ms", "60001")]
    [InlineData("consumer.heartbeat.interval.ms", "x")]
    [InlineData("share.record.lock.duration.ms", "1000")]
    [InlineData("streams.num.standby.replicas", "3")]
    [InlineData("streams.task.offset.interval.ms", "14999")]
    [InlineData("streams.assignor.name", "other")]
    [InlineData("share.auto.offset.reset", "by_duration:-PT1S")]
    [InlineData("share.auto.offset.reset", "by_duration:P")]
    [InlineData("share.auto.offset.reset", "by_duration:PT")]
    [InlineData("share.auto.offset.reset", "by_duration:PT1S2M")]
    [InlineData("share.auto.offset.reset", "none")]
    [InlineData("errors.deadletterqueue.topic.name", "__dlq")]
    [InlineData("session.timeout.ms", "10000")]
    public void A_group_refuses_a_bad_name_or_value_with_INVALID_CONFIG(string name, string value) =>
        Assert.Equal(ErrorCode.InvalidConfig, GroupConfigChange.Check("g", Values(name, value), Broker)?.Code);

    [Fact]
    public void A_group_s_session_has_to_be_longer_than_its_heartbeat()
    {
        BrokerConfig broker = TestConfig.Load("group.consumer.max.heartbeat.interval.ms=50000");
        Assert.Equal("consumer.session.timeout.ms must be greater than consumer.heartbeat.interval.ms",
            GroupConfigChange.Check("g", Values("consumer.heartbeat.interval.ms", "45000"), broker)?.Message);
    }

    [Fact]
    public void A_group_without_a_name_is_refused() => Assert.Equal(ErrorCode.InvalidRequest, GroupConfigChange.Check("", Values("share.isolation.level", "read_committed"), Broker)?.Code);

    [Theory]
    [InlineData("metrics", "*", null)]
    [InlineData("interval.ms", "100", null)]
    [InlineData("match", "client_id=a.*, client_software_name=librdkafka", null)]
    [InlineData("interval.ms", "99", ErrorCode.InvalidRequest)]
    [InlineData("interval.ms", "3600001", ErrorCode.InvalidRequest)]
    [InlineData("interval", "100", ErrorCode.InvalidRequest)]
    [InlineData("interval.ms", "x", ErrorCode.InvalidConfig)]
    [InlineData("match", "client=a", ErrorCode.InvalidConfig)]
    [InlineData("match", "client_id", ErrorCode.InvalidConfig)]
    [InlineData("match", "client_id=(", ErrorCode.InvalidConfig)]
    public void Client_metrics_are_checked_as_Kafka_checks_them(string name, string value, ErrorCode? expected) =>
        Assert.Equal(expected, ClientMetricsConfigChange.Check("s", Values(name, value))?.Code);

    [Theory]
    [InlineData("log.retention.ms", "1000")]
    [InlineData("max.connections", "5")]
    [InlineData("listener.name.plaintext.max.connections", "5")]
    [InlineData("leader.replication.throttled.rate", "5")]
    [InlineData("a.plugin.s.setting", "x")]
    public void A_broker_takes_a_dynamic_setting_for_itself_and_for_all(string name, string value)
    {
        Assert.Null(BrokerConfigChange.Check(isDefault: false, Values(name, value), Broker));
        Assert.Null(BrokerConfigChange.Check(isDefault: true, Values(name, value), Broker));
    }

    [Theory]
    [InlineData("num.partitions", "2", "Cannot update these configs dynamically: [num.partitions]")]
    [InlineData("listeners", "PLAINTEXT://:1", "Cannot update these configs dynamically: [listeners]")]
    [InlineData("ssl.keystore.location", "/k", "These security configs can be dynamically updated only per-listener using the listener prefix: [ssl.keystore.location]")]
    [InlineData("log.retention.ms", "x", "Invalid value x for configuration log.retention.ms: Not a number of type LONG")]
    [InlineData("listener.name.plaintext.max.connections", "x", "Invalid value x for configuration max.connections: Not a number of type INT")]
    [InlineData("config.providers", "file", "Invalid value file for configuration config.providers: it is not supported, because variables in values are not resolved")]
    [InlineData("log.retention.ms", "0", "Invalid value 0 for configuration log.retention.ms: must be -1 (no limit) or at least 1")]
    public void A_broker_refuses_what_cannot_change_with_INVALID_REQUEST(string name, string value, string message)
    {
        ConfigProblem? problem = BrokerConfigChange.Check(isDefault: false, Values(name, value), Broker);
        Assert.Equal((ErrorCode.InvalidRequest, message), (problem?.Code, problem?.Message));
    }

    [Fact]
    public void What_belongs_to_one_broker_is_not_set_for_all_of_them()
    {
        Dictionary<string, string> values = Values("sasl.enabled.mechanisms", "PLAIN");
        Assert.Null(BrokerConfigChange.Check(isDefault: false, values, Broker));
        Assert.StartsWith("Cannot update these configs at default cluster level", BrokerConfigChange.Check(isDefault: true, values, Broker)?.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Values(string name, string value) => new() { [name] = value };
}
