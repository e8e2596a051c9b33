using Compat.Log.Configuration;
using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Server.Configuration;
using Compat.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Compat.Server.Tests.Configuration;

public class DynamicBrokerConfigTests
{
    private static readonly ConfigResource Own = ConfigResource.Broker(1);

    [Fact]
    public void A_change_is_in_force_at_once_and_told_to_whoever_asked()
    {
        DynamicBrokerConfig dynamic = Dynamic();
        List<(int Before, int After)> told = [];
        dynamic.Changed += (before, after) => told.Add((before.Network.MaxConnections, after.Network.MaxConnections));

        MetadataImage image = TestMetadata.Publish(TestMetadata.Change(TestMetadata.Image(), ConfigResource.BrokerDefault, ("max.connections", "10")), dynamic);
        image = TestMetadata.Publish(TestMetadata.Change(image, Own, ("max.connections", "5")), dynamic);
        image = TestMetadata.Publish(TestMetadata.Change(image, Own, ("max.connections", null)), dynamic);
        TestMetadata.Publish(TestMetadata.Change(image, ConfigResource.Topic("t"), ("retention.ms", "1")), dynamic);

        Assert.Equal([(int.MaxValue, 10), (10, 5), (5, 10)], told);
        Assert.Equal(10, dynamic.Current.Network.MaxConnections);
    }

    [Fact]
    public void Another_broker_s_settings_are_not_this_one_s()
    {
        DynamicBrokerConfig dynamic = Dynamic();
        TestMetadata.Publish(TestMetadata.Change(TestMetadata.Image(), ConfigResource.Broker(2), ("max.connections", "5")), dynamic);
        Assert.Equal(int.MaxValue, dynamic.Current.Network.MaxConnections);
    }

    [Fact]
    public void Values_this_broker_cannot_have_are_left_out_and_the_rest_is_taken()
    {
        DynamicBrokerConfig dynamic = Dynamic();
        TestMetadata.Publish(
            TestMetadata.Change(TestMetadata.Image(), Own, ("max.connections", "many"), ("num.partitions", "9"), ("log.retention.ms", "7")), dynamic);
        Assert.Equal(int.MaxValue, dynamic.Current.Network.MaxConnections);
        Assert.Equal(1, dynamic.Current.Topics.NumPartitions);
        Assert.Equal(7, dynamic.Current.Topics.Log.RetentionMs);
    }

    [Fact]
    public void Values_that_contradict_each_other_leave_everything_as_it_was()
    {
        DynamicBrokerConfig dynamic = Dynamic();
        TestMetadata.Publish(TestMetadata.Change(TestMetadata.Image(), Own, ("log.retention.ms", "0"), ("max.connections", "5")), dynamic);
        Assert.Equal(int.MaxValue, dynamic.Current.Network.MaxConnections);
    }

    [Fact]
    public void A_topic_s_settings_lie_over_the_broker_s()
    {
        DynamicBrokerConfig dynamic = Dynamic();
        TopicLogConfigs logs = new(dynamic, NullLogger<TopicLogConfigs>.Instance);
        MetadataImage image = TestMetadata.Image((ConfigResource.Topic("t"), "retention.ms", "1000"), (ConfigResource.Topic("t"), "segment.bytes", "not a number"));
        LogConfig config = logs.Of(image, "t");
        Assert.Equal(1000, config.RetentionMs);
        Assert.Equal(LogConfig.Default.SegmentBytes, config.SegmentBytes);
        Assert.Same(dynamic.Current.Topics.Log, logs.Of(image, "other"));
    }

    [Theory]
    [InlineData(ConfigResourceType.Topic, "t", "retention.ms", "1", ErrorCode.None)]
    [InlineData(ConfigResourceType.Topic, "t", "retention.ms", "x", ErrorCode.InvalidConfig)]
    [InlineData(ConfigResourceType.Broker, "", "log.retention.ms", "1", ErrorCode.None)]
    [InlineData(ConfigResourceType.Broker, "1", "log.retention.ms", "1", ErrorCode.None)]
    [InlineData(ConfigResourceType.Broker, "2", "log.retention.ms", "1", ErrorCode.None)]
    [InlineData(ConfigResourceType.Broker, "1", "node.id", "1", ErrorCode.InvalidRequest)]
    [InlineData(ConfigResourceType.Group, "g", "share.isolation.level", "read_committed", ErrorCode.None)]
    [InlineData(ConfigResourceType.Group, "g", "share.isolation.level", "x", ErrorCode.InvalidConfig)]
    [InlineData(ConfigResourceType.ClientMetrics, "s", "interval.ms", "100", ErrorCode.None)]
    [InlineData(ConfigResourceType.BrokerLogger, "1", "root", "INFO", ErrorCode.InvalidRequest)]
    [InlineData(ConfigResourceType.Unknown, "x", "a", "b", ErrorCode.InvalidRequest)]
    public void The_controller_is_told_what_is_valid(ConfigResourceType type, string resource, string name, string value, ErrorCode expected)
    {
        ApiError error = new ConfigValidator(Dynamic()).Validate(
            new ConfigResource(type, resource), new Dictionary<string, string> { [name] = value }, new Dictionary<string, string>());
        Assert.Equal(expected, error.Code);
        Assert.Equal(expected == ErrorCode.None, error.Message is null);
    }

    [Fact]
    public void The_controller_is_told_which_settings_are_lists_and_what_they_begin_with()
    {
        ConfigValidator validator = new(Dynamic());
        Assert.True(validator.IsList(ConfigResourceType.Topic, "cleanup.policy"));
        Assert.False(validator.IsList(ConfigResourceType.Topic, "retention.ms"));
        Assert.False(validator.IsList(ConfigResourceType.Topic, "no.such.setting"));
        Assert.Equal("delete", validator.DefaultOf(MetadataImage.Empty, ConfigResourceType.Topic, "cleanup.policy"));
        Assert.Null(validator.DefaultOf(MetadataImage.Empty, ConfigResourceType.Broker, "no.such.setting"));
        Assert.Equal(36, validator.EffectiveTopicConfigs(MetadataImage.Empty, new Dictionary<string, string>()).Count);
    }

    private static DynamicBrokerConfig Dynamic() => new(TestConfig.Load(), NullLogger<DynamicBrokerConfig>.Instance);
}
