using Compat.Replication.Controller;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

public class CreatePartitionsTests
{
    private readonly Given _given = new([Broker(1), Broker(2), .. TopicOf("t", Id(1), 2, 1)]);

    [Fact]
    public void Partitions_are_added_behind_the_present_ones()
    {
        Assert.Equal(ErrorCode.None, When("t", 5).ErrorCode);
        var partitions = _given.Image.Topics.ByName.GetValueOrDefault("t")!.Partitions;
        Assert.Equal(5, partitions.Length);
        Assert.Single(partitions[4].Replicas);
        Assert.True(partitions[4].LeaderEpoch > partitions[0].LeaderEpoch);
    }

    [Theory]
    [InlineData("x", 5, ErrorCode.UnknownTopicOrPartition, null)]
    [InlineData("t", 2, ErrorCode.InvalidPartitions, "Topic already has 2 partition(s).")]
    [InlineData("t", 1, ErrorCode.InvalidPartitions, "The topic t currently has 2 partition(s); 1 would not be an increase.")]
    [InlineData("t", -1, ErrorCode.InvalidPartitions, "The topic t currently has 2 partition(s); -1 would not be an increase.")]
    [InlineData("t", int.MaxValue, ErrorCode.PolicyViolation, "Excessively large number of partitions per request.")]
    public void Other_numbers_are_refused(string topic, int count, ErrorCode code, string? message)
    {
        CreatePartitionsResponse.CreatePartitionsTopicResult result = When(topic, count);
        Assert.Equal(code, result.ErrorCode);
        Assert.Equal(message ?? ErrorCodes.Message(code), result.ErrorMessage);
        Assert.Equal(2, _given.Image.Topics.PartitionCount);
    }

    [Fact]
    public void Assignments_are_one_for_each_added_partition()
    {
        Assert.Contains(
            "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified.",
            When("t", 4, [1]).ErrorMessage);
        Assert.Contains("not consistent with previous partitions", When("t", 3, [1, 2]).ErrorMessage);
        Assert.Equal(ErrorCode.None, When("t", 4, [2], [1]).ErrorCode);
        Assert.Equal([2], _given.Image.Topics.Partition(new TopicPartition("t", 2))!.Replicas);
    }

    [Fact]
    public void A_topic_named_twice_is_answered_once_and_refused()
    {
        CreatePartitionsResponse response = _given.Then(CreatePartitions.Decide(_given.Turn, new CreatePartitionsRequest
        {
            Topics = [new() { Name = "t", Count = 3 }, new() { Name = "t", Count = 4 }],
        }));
        Assert.Equal((ErrorCode.InvalidRequest, "Duplicate topic name."), (Assert.Single(response.Results).ErrorCode, response.Results[0].ErrorMessage));
    }

    [Fact]
    public void Validation_alone_adds_nothing()
    {
        CreatePartitionsResponse response = _given.Then(CreatePartitions.Decide(_given.Turn, new CreatePartitionsRequest
        {
            ValidateOnly = true,
            Topics = [new() { Name = "t", Count = 3, Assignments = null }],
        }));
        Assert.Equal(ErrorCode.None, Assert.Single(response.Results).ErrorCode);
        Assert.Equal(2, _given.Image.Topics.PartitionCount);
    }

    private CreatePartitionsResponse.CreatePartitionsTopicResult When(string topic, int count, params int[][] assignments) =>
        Assert.Single(_given.Then(CreatePartitions.Decide(_given.Turn, new CreatePartitionsRequest
        {
            Topics =
            [
                new()
                {
                    Name = topic,
                    Count = count,
                    Assignments = assignments.Length == 0
                        ? null
                        : [.. assignments.Select(brokers => new CreatePartitionsRequest.CreatePartitionsAssignment { BrokerIds = [.. brokers] })],
                },
            ],
        })).Results);
}
