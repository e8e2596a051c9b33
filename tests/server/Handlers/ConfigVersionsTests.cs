using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Handlers;

/// <summary>The APIs for configuration over the wire, in every version.</summary>
public class ConfigVersionsTests
{
    private const sbyte Topic = 2;
    private const sbyte Broker = 4;
    private const sbyte ClientMetrics = 16;
    private const sbyte TopicSource = 1;
    private const sbyte DefaultSource = 5;

    [Theory]
    [EveryVersion(ApiKey.DescribeConfigs)]
    public async Task A_setting_is_described_as_far_as_the_version_can_say_it(short version)
    {
        await using MemoryBroker broker = await WithRetentionAsync();
        using TestClient client = await broker.ConnectAsync();
        var request = new DescribeConfigsRequest
        {
            Resources = [Wanted(Topic, MemoryBroker.Topic, "retention.ms"), Wanted(Topic, "nothing"), Wanted(Broker, "1", "log.retention.ms", "no.such")],
            IncludeSynonyms = true,
            IncludeDocumentation = version >= 3,
        };

        DescribeConfigsResponse response = await client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(request, version);

        Assert.Equal(
            [(Topic, MemoryBroker.Topic, ErrorCode.None, 1), (Topic, "nothing", ErrorCode.UnknownTopicOrPartition, 0), (Broker, "1", ErrorCode.None, 1)],
            response.Results.Select(result => (result.ResourceType, result.ResourceName, result.ErrorCode, result.Configs.Count)));
        DescribeConfigsResponse.DescribeConfigsResourceResult retention = response.Results[0].Configs[0];
        Assert.Equal(("retention.ms", "5", false, TopicSource, false), (retention.Name, retention.Value, retention.ReadOnly, retention.ConfigSource, retention.IsSensitive));
        Assert.Equal(
            [("retention.ms", "5", TopicSource), ("log.retention.hours", "168", DefaultSource)],
            retention.Synonyms.Select(synonym => (synonym.Name, synonym.Value, synonym.Source)));
        Assert.Equal(version >= 3 ? 5 : 0, retention.ConfigType);
        Assert.Equal(version >= 3, retention.Documentation is { Length: > 20 });
    }

    [Theory]
    [EveryVersion(ApiKey.DescribeConfigs)]
    public async Task Every_setting_is_described_for_null_with_its_default(short version)
    {
        await using MemoryBroker broker = await WithRetentionAsync();
        using TestClient client = await broker.ConnectAsync();
        var request = new DescribeConfigsRequest { Resources = [Wanted(Topic, MemoryBroker.Topic), Wanted(Broker, "1")] };

        DescribeConfigsResponse response = await client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(request, version);

        Assert.Equal(36, response.Results[0].Configs.Count);
        Assert.True(response.Results[1].Configs.Count > 200);
        DescribeConfigsResponse.DescribeConfigsResourceResult segment = response.Results[0].Configs.Single(config => config.Name == "segment.bytes");
        Assert.Equal(("1073741824", DefaultSource, 0), (segment.Value, segment.ConfigSource, segment.Synonyms.Count));
        Assert.Equal(version >= 3 ? null : "", segment.Documentation);
    }

    [Theory]
    [EveryVersion(ApiKey.AlterConfigs)]
    public async Task AlterConfigs_replaces_what_a_resource_sets_and_answers_each(short version)
    {
        await using MemoryBroker broker = await WithRetentionAsync();
        using TestClient client = await broker.ConnectAsync();
        AlterConfigsRequest request = Replace((MemoryBroker.Topic, "retention.bytes", "7"), ("nothing", "retention.ms", "1"));

        request.ValidateOnly = true;
        AlterConfigsResponse validated = await client.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(request, version);
        Assert.Equal([ErrorCode.None, ErrorCode.UnknownTopicOrPartition], validated.Responses.Select(each => each.ErrorCode));
        Assert.Equal((5, -1), SettingsOf(broker));

        request.ValidateOnly = false;
        AlterConfigsResponse altered = await client.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(request, version);
        Assert.Equal(
            [(Topic, MemoryBroker.Topic, ErrorCode.None), (Topic, "nothing", ErrorCode.UnknownTopicOrPartition)],
            altered.Responses.Select(each => (each.ResourceType, each.ResourceName, each.ErrorCode)));
        Assert.Equal((604_800_000, 7), SettingsOf(broker));

        altered = await client.AskAsync<AlterConfigsRequest, AlterConfigsResponse>(Replace((MemoryBroker.Topic, "retention.bytes", "many")), version);
        Assert.Equal(ErrorCode.InvalidConfig, Assert.Single(altered.Responses).ErrorCode);
        Assert.NotNull(altered.Responses[0].ErrorMessage);
        Assert.Equal((604_800_000, 7), SettingsOf(broker));
    }

    [Theory]
    [EveryVersion(ApiKey.IncrementalAlterConfigs)]
    public async Task IncrementalAlterConfigs_changes_one_setting_and_answers_each(short version)
    {
        await using MemoryBroker broker = await WithRetentionAsync();
        using TestClient client = await broker.ConnectAsync();
        IncrementalAlterConfigsRequest request = Change((MemoryBroker.Topic, "retention.bytes", "7"), ("nothing", "retention.ms", "1"));

        request.ValidateOnly = true;
        IncrementalAlterConfigsResponse validated = await client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, version);
        Assert.Equal([ErrorCode.None, ErrorCode.UnknownTopicOrPartition], validated.Responses.Select(each => each.ErrorCode));
        Assert.Equal((5, -1), SettingsOf(broker));

        request.ValidateOnly = false;
        IncrementalAlterConfigsResponse altered = await client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(request, version);
        Assert.Equal(
            [(Topic, MemoryBroker.Topic, ErrorCode.None), (Topic, "nothing", ErrorCode.UnknownTopicOrPartition)],
            altered.Responses.Select(each => (each.ResourceType, each.ResourceName, each.ErrorCode)));
        Assert.Equal((5, 7), SettingsOf(broker));
    }

    [Theory]
    [EveryVersion(ApiKey.IncrementalAlterConfigs)]
    public async Task A_resource_named_twice_is_changed_by_neither(short version)
    {
        await using MemoryBroker broker = await WithRetentionAsync();
        using TestClient client = await broker.ConnectAsync();
        IncrementalAlterConfigsResponse response = await client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            Change((MemoryBroker.Topic, "retention.ms", "8"), (MemoryBroker.Topic, "retention.ms", "9")), version);
        Assert.All(response.Responses, each => Assert.Equal(ErrorCode.InvalidRequest, each.ErrorCode));
        Assert.NotEmpty(response.Responses);
        Assert.Equal((5, -1), SettingsOf(broker));
    }

    [Theory]
    [EveryVersion(ApiKey.ListConfigResources)]
    public async Task Version_0_lists_client_metrics_alone_and_later_ones_what_is_asked_for(short version)
    {
        await using MemoryBroker broker = await WithRetentionAsync();
        using TestClient client = await broker.ConnectAsync();
        var metrics = new IncrementalAlterConfigsRequest
        {
            Resources = [new() { ResourceType = ClientMetrics, ResourceName = "m", Configs = [new() { Name = "interval.ms", Value = "1000" }] }],
        };
        Assert.Equal(ErrorCode.None, (await client.AskAsync<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(metrics, 1)).Responses[0].ErrorCode);

        ListConfigResourcesResponse all = await client.AskAsync<ListConfigResourcesRequest, ListConfigResourcesResponse>(new ListConfigResourcesRequest(), version);

        Assert.Equal(ErrorCode.None, all.ErrorCode);
        IEnumerable<(string, sbyte)> listed = all.ConfigResources.Select(resource => (resource.ResourceName, resource.ResourceType));
        if (version == 0)
        {
            Assert.Equal([("m", ClientMetrics)], listed);
            return;
        }

        Assert.Contains(("m", ClientMetrics), listed);
        Assert.Contains((MemoryBroker.Topic, Topic), listed);
        Assert.Contains(("1", Broker), listed);
        var wanted = new ListConfigResourcesRequest { ResourceTypes = [Topic] };
        ListConfigResourcesResponse topics = await client.AskAsync<ListConfigResourcesRequest, ListConfigResourcesResponse>(wanted, version);
        Assert.Equal([(MemoryBroker.Topic, Topic)], topics.ConfigResources.Select(resource => (resource.ResourceName, resource.ResourceType)));
    }

    private static async Task<MemoryBroker> WithRetentionAsync()
    {
        MemoryBroker broker = await MemoryBroker.StartAsync();
        await broker.Parts.Controller.IncrementalAlterConfigsAsync(Change((MemoryBroker.Topic, "retention.ms", "5")));
        return broker;
    }

    private static (long RetentionMs, long RetentionBytes) SettingsOf(MemoryBroker broker)
    {
        Assert.True(broker.Parts.Partitions.TryGet(MemoryBroker.Topic, 0, out Compat.Replication.Partitions.Partition? partition));
        return (partition.Log.Config.RetentionMs, partition.Log.Config.RetentionBytes);
    }

    private static DescribeConfigsRequest.DescribeConfigsResource Wanted(sbyte type, string name, params string[] keys) =>
        new() { ResourceType = type, ResourceName = name, ConfigurationKeys = keys.Length == 0 ? null : [.. keys] };

    private static AlterConfigsRequest Replace(params (string Topic, string Name, string Value)[] changes) => new()
    {
        Resources =
        [
            .. changes.Select(change => new AlterConfigsRequest.AlterConfigsResource
            {
                ResourceType = Topic,
                ResourceName = change.Topic,
                Configs = [new() { Name = change.Name, Value = change.Value }],
            }),
        ],
    };

    private static IncrementalAlterConfigsRequest Change(params (string Topic, string Name, string Value)[] changes) => new()
    {
        Resources =
        [
            .. changes.Select(change => new IncrementalAlterConfigsRequest.AlterConfigsResource
            {
                ResourceType = Topic,
                ResourceName = change.Topic,
                Configs = [new() { Name = change.Name, Value = change.Value }],
            }),
        ],
    };
}
