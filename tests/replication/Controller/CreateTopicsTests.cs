using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

public class CreateTopicsTests
{
    [Fact]
    public void A_topic_is_created_with_its_partitions_and_configurations()
    {
        var given = Given.OneBroker();
        CreateTopicsResponse.CreatableTopicResult result = given.Create(new CreateTopicsRequest.CreatableTopic
        {
            Name = "orders",
            NumPartitions = 3,
            ReplicationFactor = 1,
            Configs = [new CreateTopicsRequest.CreatableTopicConfig { Name = "retention.ms", Value = "5" }],
        });

        Assert.Equal(ErrorCode.None, result.ErrorCode);
        Assert.Equal((3, (short)1), (result.NumPartitions, result.ReplicationFactor));
        Assert.Equal(("5", (sbyte)1), (result.Configs![3].Value, result.Configs[3].ConfigSource));
        Assert.Equal((sbyte)5, result.Configs[0].ConfigSource);
        TopicImage topic = given.Image.Topics.ByName.GetValueOrDefault("orders")!;
        Assert.Equal(result.TopicId, topic.Id);
        Assert.Equal("5", given.Image.Configs.Of(ConfigResource.Topic("orders"))["retention.ms"]);
        Assert.All(topic.Partitions, partition =>
        {
            Assert.Equal((1, 0), (partition.Leader, partition.PartitionEpoch));
            Assert.Equal([1], partition.Replicas);
            Assert.Equal([1], partition.Isr);
            Assert.Equal([Id(2001)], partition.Directories);
        });
    }

    [Fact]
    public void A_recreated_topic_begins_above_every_leader_epoch_of_the_former_one()
    {
        var given = Given.OneBroker();
        int latest = -1;
        for (int round = 0; round < 3; round++)
        {
            Uuid id = given.Create("again").TopicId;
            int first = given.Partition("again").LeaderEpoch;
            Assert.True(first > latest, $"{first} after {latest}");
            for (int election = 0; election < 10; election++)
            {
                given.Happened(Of(new PartitionChangeRecord { TopicId = id, PartitionId = 0, Leader = 1 }, 2));
            }
            latest = given.Partition("again").LeaderEpoch;
            Assert.Equal(first + 10, latest);
            given.Then(DeleteTopics.Decide(given.Turn, new DeleteTopicsRequest { Topics = [new() { Name = "again" }] }, 6));
        }
    }

    [Fact]
    public void First_leader_epochs_leave_as_many_for_elections()
    {
        Assert.Equal(1 << 30, PartitionAssignments.FirstLeaderEpoch(long.MaxValue));
        Assert.Equal(1 << 30, PartitionAssignments.FirstLeaderEpoch(1 << 30));
        Assert.Equal(5, PartitionAssignments.FirstLeaderEpoch(5));
    }

    [Fact]
    public void Numbers_left_to_the_cluster_are_its_defaults()
    {
        var given = new Given(Broker(1), Broker(2))
        {
            Options = new() { NodeId = 1, ClusterId = "cluster", DefaultPartitions = 4, DefaultReplicationFactor = 2 },
        };
        CreateTopicsResponse.CreatableTopicResult result = given.Create("t", -1, -1);
        Assert.Equal((4, (short)2), (result.NumPartitions, result.ReplicationFactor));
        Assert.All(given.Image.Topics.ByName.GetValueOrDefault("t")!.Partitions, p => Assert.Equal(2, p.Replicas.Distinct().Count()));
    }

    [Theory]
    [InlineData("a b", 1, 1, ErrorCode.InvalidTopicException, "contains one or more characters")]
    [InlineData("present", 1, 1, ErrorCode.TopicAlreadyExists, "Topic 'present' already exists.")]
    [InlineData("pre_sent", 1, 1, ErrorCode.InvalidTopicException, "Topic 'pre_sent' collides with existing topic: pre.sent")]
    [InlineData("__cluster_metadata", 1, 1, ErrorCode.InvalidRequest, "Creation of internal topic __cluster_metadata is prohibited.")]
    [InlineData("t", 0, 1, ErrorCode.InvalidPartitions, "Number of partitions was set to an invalid non-positive value.")]
    [InlineData("t", -2, 1, ErrorCode.InvalidPartitions, "Number of partitions was set to an invalid non-positive value.")]
    [InlineData("t", 1, 0, ErrorCode.InvalidReplicationFactor, "Replication factor must be larger than 0, or -1 to use the default value.")]
    [InlineData("t", 1, 2, ErrorCode.InvalidReplicationFactor, "Unable to replicate the partition 2 time(s): The target replication factor of 2 cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.")]
    public void A_bad_topic_is_refused_with_the_code_and_text_of_kafka(
        string name, int partitions, short replicationFactor, ErrorCode code, string message)
    {
        var given = Given.OneBroker([.. TopicOf("present", Id(1), 1, 1), .. TopicOf("pre.sent", Id(2), 1, 1)]);
        CreateTopicsResponse.CreatableTopicResult result = given.Create(name, partitions, replicationFactor);

        Assert.Equal(code, result.ErrorCode);
        Assert.Contains(message, result.ErrorMessage);
        Assert.Equal(2, given.Image.Topics.Count);
    }

    [Fact]
    public void Each_topic_of_a_request_succeeds_or_fails_by_itself()
    {
        var given = Given.OneBroker();
        CreateTopicsResponse response = given.When(new CreateTopicsRequest
        {
            Topics = [.. new[] { "good", "b ad", "twice", "twice" }.Select(name => new CreateTopicsRequest.CreatableTopic
            {
                Name = name, NumPartitions = 1, ReplicationFactor = 1,
            })],
        });

        Assert.Equal(
            [("good", ErrorCode.None), ("b ad", ErrorCode.InvalidTopicException), ("twice", ErrorCode.InvalidRequest)],
            response.Topics.Select(topic => (topic.Name, topic.ErrorCode)));
        Assert.Equal("Duplicate topic name.", response.Topics[2].ErrorMessage);
        Assert.Equal(["good"], given.Image.Topics.ByName.Keys);
    }

    [Fact]
    public void Validation_alone_answers_the_same_and_creates_nothing()
    {
        var given = Given.OneBroker();
        var request = new CreateTopicsRequest
        {
            ValidateOnly = true,
            Topics = [new() { Name = "t", NumPartitions = 2, ReplicationFactor = 1 }],
        };
        CreateTopicsResponse.CreatableTopicResult result = Assert.Single(given.When(request).Topics);
        Assert.Equal((ErrorCode.None, 2), (result.ErrorCode, result.NumPartitions));
        Assert.Equal(0, given.Image.Topics.Count);
    }

    [Fact]
    public void Bad_configurations_are_refused()
    {
        var given = Given.OneBroker();
        CreateTopicsResponse.CreatableTopicResult bad = given.Create(new CreateTopicsRequest.CreatableTopic
        {
            Name = "t",
            NumPartitions = 1,
            ReplicationFactor = 1,
            Configs = [new() { Name = "retention.ms", Value = "soon" }],
        });
        CreateTopicsResponse.CreatableTopicResult none = given.Create(new CreateTopicsRequest.CreatableTopic
        {
            Name = "t",
            NumPartitions = 1,
            ReplicationFactor = 1,
            Configs = [new() { Name = "retention.ms", Value = null }],
        });
        Assert.Equal((ErrorCode.InvalidConfig, "Invalid value soon for configuration retention.ms"), (bad.ErrorCode, bad.ErrorMessage));
        Assert.Equal((ErrorCode.InvalidConfig, "Null value not supported for topic configs: retention.ms"), (none.ErrorCode, none.ErrorMessage));
        Assert.Equal(0, given.Image.Topics.Count);
    }

    [Fact]
    public void Assignments_of_the_client_are_followed()
    {
        var given = new Given(Broker(1), Broker(2));
        CreateTopicsResponse.CreatableTopicResult result = given.Create(Assigned("t", (1, [1, 2]), (0, [2, 1])));
        Assert.Equal((ErrorCode.None, 2, (short)2), (result.ErrorCode, result.NumPartitions, result.ReplicationFactor));
        Assert.Equal([2, 1], given.Image.Topics.Partition(new TopicPartition("t", 0))!.Replicas);
        Assert.Equal(1, given.Image.Topics.Partition(new TopicPartition("t", 1))!.Leader);
    }

    public static TheoryData<(int, int[])[], ErrorCode, string> BadAssignments => new()
    {
        { [(0, [1]), (0, [1])], ErrorCode.InvalidReplicaAssignment, "Found multiple manual partition assignments for partition 0" },
        { [(0, [1]), (2, [1])], ErrorCode.InvalidReplicaAssignment, "partitions should be a consecutive 0-based integer sequence" },
        { [(0, [])], ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes an empty replica list." },
        { [(0, [9])], ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes broker 9, but no such broker is registered." },
        { [(0, [1, 1])], ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes the broker 1 more than once." },
        { [(0, [1]), (1, [1, 2])], ErrorCode.InvalidReplicaAssignment, "is not consistent with previous partitions, which have 1 replica(s)." },
        { [(0, [3])], ErrorCode.InvalidReplicaAssignment, "All brokers specified in the manual partition assignment for partition 0 are fenced" },
    };

    [Theory]
    [MemberData(nameof(BadAssignments))]
    public void Bad_assignments_are_refused((int, int[])[] assignments, ErrorCode code, string message)
    {
        var given = new Given(Broker(1), Broker(2), Broker(3, fenced: true));
        CreateTopicsResponse.CreatableTopicResult result = given.Create(Assigned("t", assignments));
        Assert.Equal(code, result.ErrorCode);
        Assert.Contains(message, result.ErrorMessage);
    }

    [Fact]
    public void Assignments_exclude_numbers()
    {
        CreateTopicsRequest.CreatableTopic factor = Assigned("t", (0, [1]));
        factor.ReplicationFactor = 1;
        CreateTopicsRequest.CreatableTopic partitions = Assigned("t", (0, [1]));
        partitions.NumPartitions = 1;
        Assert.Contains("replication factor was not set to -1", Given.OneBroker().Create(factor).ErrorMessage);
        Assert.Contains("numPartitions was not set to -1", Given.OneBroker().Create(partitions).ErrorMessage);
    }

    [Fact]
    public void Too_many_partitions_at_once_are_refused()
    {
        CreateTopicsResponse.CreatableTopicResult result = Given.OneBroker().Create("t", 10_001);
        Assert.Equal((ErrorCode.PolicyViolation, "Excessively large number of partitions per request."), (result.ErrorCode, result.ErrorMessage));
    }

    [Fact]
    public void Partitions_and_leaders_are_even_over_the_brokers()
    {
        var given = new Given(Broker(1), Broker(2), Broker(3));
        given.Create("t", 12, 2);
        var partitions = given.Image.Topics.ByName.GetValueOrDefault("t")!.Partitions;
        Assert.All(partitions.GroupBy(p => p.Leader), leader => Assert.Equal(4, leader.Count()));
        Assert.All(partitions.SelectMany(p => p.Replicas).GroupBy(id => id), broker => Assert.Equal(8, broker.Count()));
    }

    private static CreateTopicsRequest.CreatableTopic Assigned(string name, params (int Index, int[] Brokers)[] assignments) => new()
    {
        Name = name,
        NumPartitions = -1,
        ReplicationFactor = -1,
        Assignments = [.. assignments.Select(a => new CreateTopicsRequest.CreatableReplicaAssignment
        {
            PartitionIndex = a.Index,
            BrokerIds = [.. a.Brokers],
        })],
    };
}
