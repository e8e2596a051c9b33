using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

public class AlterConfigsTests
{
    private const sbyte Set = 0;
    private const sbyte Delete = 1;
    private const sbyte Append = 2;
    private const sbyte Subtract = 3;

    private readonly Given _given = Given.OneBroker([.. TopicOf("t", Id(1), 1, 1), Config("t", "retention.ms", "5")]);

    private IReadOnlyDictionary<string, string> Values => _given.Image.Configs.Of(ConfigResource.Topic("t"));

    [Fact]
    public void Single_values_are_set_and_deleted_and_the_others_stay()
    {
        Assert.Equal(ErrorCode.None, When("t", ("compression.type", Set, "zstd")).ErrorCode);
        Assert.Equal(("5", "zstd"), (Values["retention.ms"], Values["compression.type"]));
        Assert.Equal(ErrorCode.None, When("t", ("retention.ms", Delete, null)).ErrorCode);
        Assert.Equal(["compression.type"], Values.Keys);
    }

    [Fact]
    public void Lists_are_appended_to_and_subtracted_from_starting_at_the_default()
    {
        When("t", ("cleanup.policy", Append, "compact,delete"));
        Assert.Equal("delete,compact", Values["cleanup.policy"]);
        When("t", ("cleanup.policy", Subtract, "delete,other"));
        Assert.Equal("compact", Values["cleanup.policy"]);
    }

    [Fact]
    public void A_change_to_the_same_value_is_no_change_except_for_brokers()
    {
        Assert.Empty(Decide(2, "t", ("retention.ms", Set, "5")).Records);
        Assert.Single(Decide(4, "1", ("retention.ms", Set, "5")).Records);
    }

    [Theory]
    [InlineData(2, "t", "retention.ms", Set, "soon", ErrorCode.InvalidConfig, "Invalid value soon for configuration retention.ms")]
    [InlineData(2, "t", "retention.ms", Append, "1", ErrorCode.InvalidConfig, "Can't APPEND to key retention.ms because its type is not LIST.")]
    [InlineData(2, "t", "retention.ms", Set, null, ErrorCode.InvalidRequest, "Null value not supported for : retention.ms")]
    [InlineData(2, "t", "retention.ms", (sbyte)9, "1", ErrorCode.InvalidRequest, "Unknown operations type 9")]
    [InlineData(2, "x", "retention.ms", Set, "1", ErrorCode.UnknownTopicOrPartition, "The topic 'x' does not exist.")]
    [InlineData(2, "", "retention.ms", Set, "1", ErrorCode.InvalidRequest, "Default topic resources are not allowed.")]
    [InlineData(4, "7", "retention.ms", Set, "1", ErrorCode.BrokerIdNotRegistered, "No node with id 7 found.")]
    [InlineData(4, "x", "retention.ms", Set, "1", ErrorCode.InvalidRequest, "Node id must be an integer, but it is: x")]
    [InlineData(3, "x", "retention.ms", Set, "1", ErrorCode.InvalidRequest, "Unknown resource type 3")]
    public void Bad_changes_are_refused(
        sbyte type, string resource, string name, sbyte operation, string? value, ErrorCode code, string message)
    {
        IncrementalAlterConfigsResponse.AlterConfigsResourceResponse result =
            Assert.Single(_given.Then(Decide(type, resource, (name, operation, value))).Responses);
        Assert.Equal((code, message), (result.ErrorCode, result.ErrorMessage));
        Assert.Equal((type, resource), (result.ResourceType, result.ResourceName));
        Assert.Equal(["retention.ms"], Values.Keys);
    }

    [Fact]
    public void A_resource_changes_as_a_whole_or_not_at_all()
    {
        When("t", ("compression.type", Set, "zstd"), ("retention.ms", Set, "soon"));
        Assert.Equal("5", Values["retention.ms"]);
        Assert.False(Values.ContainsKey("compression.type"));
        Assert.Equal(
            "Error due to duplicate config keys",
            When("t", ("retention.ms", Set, "1"), ("retention.ms", Delete, null)).ErrorMessage);
    }

    [Fact]
    public void A_resource_named_twice_is_answered_twice_and_refused()
    {
        var resource = new IncrementalAlterConfigsRequest.AlterConfigsResource { ResourceType = 2, ResourceName = "t" };
        IncrementalAlterConfigsResponse response = _given.Then(IncrementalAlterConfigs.Decide(
            _given.Turn, new IncrementalAlterConfigsRequest { Resources = [resource, resource] }));
        Assert.Equal(
            Enumerable.Repeat("Each resource must appear at most once.", 2), response.Responses.Select(r => r.ErrorMessage));
    }

    [Fact]
    public void Too_long_values_are_refused() =>
        Assert.Contains("exceeds the maximum value size of 32767", When("t", ("compression.type", Set, new string('x', 32_768))).ErrorMessage);

    [Fact]
    public void Validation_alone_changes_nothing()
    {
        var request = new IncrementalAlterConfigsRequest
        {
            ValidateOnly = true,
            Resources = [new() { ResourceType = 2, ResourceName = "t", Configs = [new() { Name = "retention.ms", Value = "9" }] }],
        };
        Assert.Equal(ErrorCode.None, _given.Then(IncrementalAlterConfigs.Decide(_given.Turn, request)).Responses[0].ErrorCode);
        Assert.Equal("5", Values["retention.ms"]);
    }

    [Fact]
    public void The_legacy_request_replaces_all_values()
    {
        var request = new AlterConfigsRequest
        {
            Resources = [new() { ResourceType = 2, ResourceName = "t", Configs = [new() { Name = "compression.type", Value = "lz4" }] }],
        };
        Assert.Equal(ErrorCode.None, _given.Then(LegacyAlterConfigs.Decide(_given.Turn, request)).Responses[0].ErrorCode);
        Assert.Equal(["compression.type"], Values.Keys);
    }

    [Fact]
    public void The_legacy_request_refuses_what_is_bad_and_keeps_what_is_there()
    {
        var request = new AlterConfigsRequest
        {
            Resources = [new() { ResourceType = 2, ResourceName = "t", Configs = [new() { Name = "retention.ms", Value = null }] }],
        };
        Assert.Equal(ErrorCode.InvalidRequest, _given.Then(LegacyAlterConfigs.Decide(_given.Turn, request)).Responses[0].ErrorCode);
        Assert.Equal("5", Values["retention.ms"]);
    }

    private Decision<IncrementalAlterConfigsResponse> Decide(
        sbyte type, string resource, params (string Name, sbyte Operation, string? Value)[] changes) =>
        IncrementalAlterConfigs.Decide(_given.Turn, new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new()
                {
                    ResourceType = type,
                    ResourceName = resource,
                    Configs = [.. changes.Select(change => new IncrementalAlterConfigsRequest.AlterableConfig
                    {
                        Name = change.Name, ConfigOperation = change.Operation, Value = change.Value,
                    })],
                },
            ],
        });

    private IncrementalAlterConfigsResponse.AlterConfigsResourceResponse When(
        string topic, params (string Name, sbyte Operation, string? Value)[] changes) =>
        Assert.Single(_given.Then(Decide(2, topic, changes)).Responses);
}
