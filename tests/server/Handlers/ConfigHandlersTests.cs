using Compat.Replication.Metadata;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Resources;
using Compat.Server.Handlers;
using Compat.Server.Tests.Configuration;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Compat.Server.Tests.Handlers;

public class ConfigHandlersTests
{
    private const sbyte Topic = 2;
    private const sbyte Broker = 4;
    private const sbyte BrokerLogger = 8;
    private const sbyte ClientMetrics = 16;
    private const sbyte Group = 32;

    private readonly LoggerLevels _levels = new(LogLevel.Information);
    private MetadataImage _image = TestMetadata.Image((ConfigResource.Topic("t"), "retention.ms", "1000"));

    [Fact]
    public async Task A_topic_is_described_with_all_its_settings()
    {
        DescribeConfigsResponse.DescribeConfigsResult result = await DescribeAsync(Topic, "t");
        Assert.Equal((ErrorCode.None, Topic, "t", 36), (result.ErrorCode, result.ResourceType, result.ResourceName, result.Configs.Count));
        DescribeConfigsResponse.DescribeConfigsResourceResult retention = result.Configs.Single(config => config.Name == "retention.ms");
        Assert.Equal(("1000", (sbyte)1, false), (retention.Value, retention.ConfigSource, retention.ReadOnly));
    }

    [Theory]
    [InlineData("retention.ms", 1)]
    [InlineData("no.such.setting", 0)]
    public async Task Only_the_settings_asked_for_are_described(string name, int count) =>
        Assert.Equal(count, (await DescribeAsync(Topic, "t", name)).Configs.Count);

    [Fact]
    public async Task An_empty_list_of_names_asks_for_all() => Assert.Equal(36, (await DescribeAsync(Topic, "t", [])).Configs.Count);

    [Theory]
    [InlineData(Topic, "u", ErrorCode.UnknownTopicOrPartition, null)]
    [InlineData(Topic, "", ErrorCode.InvalidTopicException, "Topic name is invalid: the empty string is not allowed")]
    [InlineData(Topic, "a b", ErrorCode.InvalidTopicException, null)]
    [InlineData(Broker, "2", ErrorCode.InvalidRequest, "Unexpected broker id, expected 1 or empty string, but received 2")]
    [InlineData(Broker, "one", ErrorCode.InvalidRequest, "Broker id must be an integer, but it is: one")]
    [InlineData(BrokerLogger, "", ErrorCode.InvalidRequest, "Broker id must not be empty")]
    [InlineData(BrokerLogger, "2", ErrorCode.InvalidRequest, "Unexpected broker id, expected 1, but received 2")]
    [InlineData(ClientMetrics, "", ErrorCode.InvalidRequest, null)]
    [InlineData(Group, "", ErrorCode.InvalidRequest, null)]
    [InlineData((sbyte)3, "x", ErrorCode.InvalidRequest, null)]
    public async Task What_cannot_be_described_has_an_error_and_no_settings(sbyte type, string name, ErrorCode code, string? message)
    {
        DescribeConfigsResponse.DescribeConfigsResult result = await DescribeAsync(type, name);
        Assert.Equal((code, type, name), (result.ErrorCode, result.ResourceType, result.ResourceName));
        Assert.Empty(result.Configs);
        Assert.True(message is null || message == result.ErrorMessage, result.ErrorMessage);
    }

    [Theory]
    [InlineData(Broker, "1", 361)]
    [InlineData(Broker, "", 0)]
    [InlineData(Group, "g", 27)]
    [InlineData(ClientMetrics, "s", 3)]
    [InlineData(BrokerLogger, "1", 1)]
    public async Task Every_kind_of_resource_is_described(sbyte type, string name, int count)
    {
        DescribeConfigsResponse.DescribeConfigsResult result = await DescribeAsync(type, name);
        Assert.Equal((ErrorCode.None, count), (result.ErrorCode, result.Configs.Count));
    }

    [Fact]
    public async Task Loggers_are_described_with_their_levels()
    {
        _levels.TrySet("Compat.Server", "DEBUG");
        DescribeConfigsResponse.DescribeConfigsResult result = await DescribeAsync(BrokerLogger, "1");
        Assert.Equal([("Compat.Server", "DEBUG", (sbyte)6), ("root", "INFO", (sbyte)6)], result.Configs.Select(config => (config.Name, config.Value!, config.ConfigSource)));
    }

    [Fact]
    public async Task Each_resource_of_a_request_has_one_result()
    {
        DescribeConfigsRequest request = new() { Resources = [Resource(Topic, "t"), Resource(Topic, "u"), Resource(Topic, "t"), Resource(Broker, "1")] };
        DescribeConfigsResponse? response = await Handler().HandleAsync(request, TestMetadata.Request(ApiKey.DescribeConfigs, 4));
        Assert.Equal(["t", "u", "t", "1"], response!.Results.Select(result => result.ResourceName));
    }

    [Theory]
    [InlineData(0, new sbyte[0], "s")]
    [InlineData(1, new sbyte[0], "g s 1 1 t")]
    [InlineData(1, new[] { Topic }, "t")]
    [InlineData(1, new[] { Broker, Group }, "g 1")]
    public async Task Resources_are_listed_by_type(short version, sbyte[] types, string expected)
    {
        _image = TestMetadata.Image(
            (new ConfigResource(ConfigResourceType.Group, "g"), "share.isolation.level", "read_committed"),
            (new ConfigResource(ConfigResourceType.ClientMetrics, "s"), "interval.ms", "100"));
        ListConfigResourcesResponse? response = await new ListConfigResourcesHandler(() => _image)
            .HandleAsync(new ListConfigResourcesRequest { ResourceTypes = [.. types] }, TestMetadata.Request(ApiKey.ListConfigResources, version));
        Assert.Equal(ErrorCode.None, response!.ErrorCode);
        Assert.Equal(expected, string.Join(' ', response.ConfigResources.Select(resource => resource.ResourceName)));
    }

    [Fact]
    public async Task An_unknown_type_cannot_be_listed()
    {
        ListConfigResourcesResponse? response = await new ListConfigResourcesHandler(() => _image)
            .HandleAsync(new ListConfigResourcesRequest { ResourceTypes = [Topic, 3] }, TestMetadata.Request(ApiKey.ListConfigResources, 1));
        Assert.Equal(ErrorCode.UnsupportedVersion, response!.ErrorCode);
        Assert.Empty(response.ConfigResources);
    }

    [Theory]
    [InlineData("1", "root", 0, "DEBUG", null)]
    [InlineData("1", "Compat.A", 0, "WARN", null)]
    [InlineData("1", "Compat.A", 1, null, null)]
    [InlineData("2", "root", 0, "DEBUG", ErrorCode.InvalidRequest)]
    [InlineData("", "root", 0, "DEBUG", ErrorCode.InvalidRequest)]
    [InlineData("1", "Compat.B", 0, "DEBUG", ErrorCode.InvalidConfig)]
    [InlineData("1", "root", 0, "LOUD", ErrorCode.InvalidConfig)]
    [InlineData("1", "root", 0, null, ErrorCode.InvalidRequest)]
    [InlineData("1", "root", 1, null, ErrorCode.InvalidRequest)]
    [InlineData("1", "root", 2, "INFO", ErrorCode.InvalidRequest)]
    [InlineData("1", "root", 3, "INFO", ErrorCode.InvalidRequest)]
    [InlineData("1", "root", 9, "INFO", ErrorCode.InvalidRequest)]
    public void The_level_of_a_logger_is_changed_as_Kafka_changes_it(string node, string logger, sbyte operation, string? level, ErrorCode? expected)
    {
        _levels.Register("Compat.A");
        IncrementalAlterConfigsRequest.AlterConfigsResource resource = new()
        {
            ResourceType = BrokerLogger,
            ResourceName = node,
            Configs = [new() { Name = logger, ConfigOperation = operation, Value = level }],
        };
        Assert.Equal(expected, new LoggerLevelChange(_levels, 1).Apply(resource, validateOnly: false)?.Code);
        string[] changed = [.. _levels.All().Select(pair => pair.Value).Where(value => value != "INFO").Distinct()];
        Assert.Equal(expected is null && level is not null ? [level] : [], changed);
    }

    [Fact]
    public void A_change_of_levels_may_only_be_validated()
    {
        IncrementalAlterConfigsRequest.AlterConfigsResource resource = new()
        {
            ResourceName = "1",
            Configs = [new() { Name = "root", ConfigOperation = 0, Value = "DEBUG" }],
        };
        Assert.Null(new LoggerLevelChange(_levels, 1).Apply(resource, validateOnly: true));
        Assert.Equal("INFO", Assert.Single(_levels.All()).Value);
    }

    private static DescribeConfigsRequest.DescribeConfigsResource Resource(sbyte type, string name) => new() { ResourceType = type, ResourceName = name };

    private DescribeConfigsHandler Handler() =>
        new(() => _image, new DynamicBrokerConfig(TestConfig.Load(), NullLogger<DynamicBrokerConfig>.Instance), _levels);

    private async Task<DescribeConfigsResponse.DescribeConfigsResult> DescribeAsync(sbyte type, string name, params string[]? keys)
    {
        DescribeConfigsRequest.DescribeConfigsResource resource = Resource(type, name);
        resource.ConfigurationKeys = keys is null ? null : [.. keys];
        DescribeConfigsResponse? response = await Handler().HandleAsync(
            new DescribeConfigsRequest { Resources = [resource] }, TestMetadata.Request(ApiKey.DescribeConfigs, 4));
        return Assert.Single(response!.Results);
    }
}
