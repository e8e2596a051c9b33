using Compat.Replication.Controller;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

public class DeleteTopicsTests
{
    private readonly Given _given = Given.OneBroker(
        [.. TopicOf("a", Id(1), 1, 1), .. TopicOf("b", Id(2), 1, 1), .. TopicOf("c", Id(3), 1, 1)]);

    [Fact]
    public void Topics_are_deleted_by_name_and_by_id()
    {
        DeleteTopicsResponse response = When(new DeleteTopicsRequest { Topics = [ByName("a"), ById(Id(2)), ById(Id(9)), ByName("x")] });

        Assert.Equal(
            [
                (null, Id(9), ErrorCode.UnknownTopicId), ("x", Uuid.Zero, ErrorCode.UnknownTopicOrPartition),
                ("b", Id(2), ErrorCode.None), ("a", Id(1), ErrorCode.None),
            ],
            response.Responses.Select(r => (r.Name, r.TopicId, r.ErrorCode)));
        Assert.Equal(["c"], _given.Image.Topics.ByName.Keys);
    }

    [Fact]
    public void Old_versions_name_topics_in_a_list_of_their_own()
    {
        DeleteTopicsResponse response = When(new DeleteTopicsRequest { TopicNames = ["a", "b", "b"] }, version: 5);
        Assert.Equal(
            [("b", ErrorCode.InvalidRequest), ("a", ErrorCode.None)],
            response.Responses.Select(r => (r.Name!, r.ErrorCode)));
        Assert.Equal(2, _given.Image.Topics.Count);
    }

    [Fact]
    public void A_topic_named_in_two_ways_is_refused()
    {
        DeleteTopicsResponse response = When(new DeleteTopicsRequest { Topics = [ByName("a"), ById(Id(1)), ById(Id(2)), ById(Id(2))] });
        Assert.Equal(
            [("Duplicate topic id.", Id(2)), ("The provided topic name maps to an ID that was already supplied.", Id(1))],
            response.Responses.Select(r => (r.ErrorMessage!, r.TopicId)));
        Assert.Equal(3, _given.Image.Topics.Count);
    }

    [Fact]
    public void Exactly_one_of_name_and_id_must_be_given()
    {
        DeleteTopicsResponse response = When(new DeleteTopicsRequest
        {
            Topics = [new() { Name = null }, new() { Name = "a", TopicId = Id(1) }],
        });
        Assert.Equal(
            ["Neither topic name nor id were specified.", "You may not specify both topic name and topic id."],
            response.Responses.Select(r => r.ErrorMessage));
    }

    [Theory]
    [InlineData(2, ErrorCode.InvalidRequest)]
    [InlineData(6, ErrorCode.TopicDeletionDisabled)]
    public void Deletion_can_be_disabled(short version, ErrorCode code)
    {
        var given = new Given([Broker(1), .. TopicOf("a", Id(1), 1, 1)])
        {
            Options = new() { NodeId = 1, ClusterId = "cluster", DeleteTopicEnable = false },
        };
        DeleteTopicsResponse response = given.Then(DeleteTopics.Decide(
            given.Turn, new DeleteTopicsRequest { TopicNames = ["a"] }, version));
        Assert.Equal(code, Assert.Single(response.Responses).ErrorCode);
        Assert.Equal(1, given.Image.Topics.Count);
    }

    [Fact]
    public void A_topic_created_again_has_another_id()
    {
        When(new DeleteTopicsRequest { Topics = [ByName("a")] });
        Uuid id = _given.Create("a").TopicId;
        Assert.NotEqual(Id(1), id);
        Assert.False(_given.Image.Topics.TryGet(Id(1), out _));
    }

    private DeleteTopicsResponse When(DeleteTopicsRequest request, short version = 6) =>
        _given.Then(DeleteTopics.Decide(_given.Turn, request, version));

    private static DeleteTopicsRequest.DeleteTopicState ByName(string name) => new() { Name = name };

    private static DeleteTopicsRequest.DeleteTopicState ById(Uuid id) => new() { Name = null, TopicId = id };
}
