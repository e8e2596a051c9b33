using Compat.Clients.Tests.Support;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Clients.Tests.Drivers;

/// <summary>One call, with its assertions, for each method of IAdminClient, by name and number of parameters.</summary>
internal sealed partial class AdminClientCalls(IAdminClient admin, string bootstrap)
{
    private static readonly TimeSpan Limit = Wait.Limit;

    public static IReadOnlyDictionary<string, Func<AdminClientCalls, Task>> ByMethod { get; } = new Dictionary<string, Func<AdminClientCalls, Task>>
    {
        ["CreateTopicsAsync/2"] = calls => calls.CreateTopicsAsync(),
        ["DeleteTopicsAsync/2"] = calls => calls.DeleteTopicsAsync(),
        ["CreatePartitionsAsync/2"] = calls => calls.CreatePartitionsAsync(),
        ["DescribeTopicsAsync/3"] = calls => calls.DescribeTopicsAsync(),
        ["DescribeClusterAsync/2"] = calls => calls.DescribeClusterAsync(),
        ["GetMetadata/1"] = calls => calls.GetMetadataAsync(),
        ["GetMetadata/2"] = calls => calls.GetMetadataOfTopicAsync(),
        ["DeleteRecordsAsync/2"] = calls => calls.DeleteRecordsAsync(),
        ["ListOffsetsAsync/3"] = calls => calls.ListOffsetsAsync(),
        ["DescribeConfigsAsync/2"] = calls => calls.DescribeConfigsAsync(),
        ["AlterConfigsAsync/2"] = calls => calls.AlterConfigsAsync(),
        ["IncrementalAlterConfigsAsync/2"] = calls => calls.IncrementalAlterConfigsAsync(),
        ["ListGroups/1"] = calls => calls.ListGroupsAsync(),
        ["ListGroup/2"] = calls => calls.ListGroupAsync(),
        ["ListConsumerGroupsAsync/1"] = calls => calls.ListConsumerGroupsAsync(),
        ["DescribeConsumerGroupsAsync/2"] = calls => calls.DescribeConsumerGroupsAsync(),
        ["ListConsumerGroupOffsetsAsync/2"] = calls => calls.ListConsumerGroupOffsetsAsync(),
        ["AlterConsumerGroupOffsetsAsync/2"] = calls => calls.AlterConsumerGroupOffsetsAsync(),
        ["DeleteConsumerGroupOffsetsAsync/3"] = calls => calls.DeleteConsumerGroupOffsetsAsync(),
        ["DeleteGroupsAsync/2"] = calls => calls.DeleteGroupsAsync(),
        ["CreateAclsAsync/2"] = calls => NotAdvertisedAsync(() => calls._admin.CreateAclsAsync([Binding])),
        ["DescribeAclsAsync/2"] = calls => NotAdvertisedAsync(() => calls._admin.DescribeAclsAsync(Binding.ToFilter())),
        ["DeleteAclsAsync/2"] = calls => NotAdvertisedAsync(() => calls._admin.DeleteAclsAsync([Binding.ToFilter()])),
        ["DescribeUserScramCredentialsAsync/2"] = calls => NotAdvertisedAsync(() => calls._admin.DescribeUserScramCredentialsAsync(["alice"])),
        ["AlterUserScramCredentialsAsync/2"] = calls => NotAdvertisedAsync(() => calls._admin.AlterUserScramCredentialsAsync([Upsertion])),
        ["ElectLeadersAsync/4"] = calls => calls.ElectLeadersAsync(),
    };

    private static AclBinding Binding => new()
    {
        Pattern = new ResourcePattern { Type = ResourceType.Topic, Name = "any", ResourcePatternType = ResourcePatternType.Literal },
        Entry = new AccessControlEntry { Principal = "User:alice", Host = "*", Operation = AclOperation.Read, PermissionType = AclPermissionType.Allow },
    };

    private static UserScramCredentialUpsertion Upsertion => new()
    {
        User = "alice",
        ScramCredentialInfo = new ScramCredentialInfo { Mechanism = ScramMechanism.ScramSha256, Iterations = 4096 },
        Password = [1, 2, 3],
        Salt = [4, 5, 6],
    };

    private readonly IAdminClient _admin = admin;

    /// <summary>librdkafka sees in the broker's versions that the call cannot be made and says so without sending it.</summary>
    private static async Task NotAdvertisedAsync(Func<Task> call)
    {
        KafkaException exception = await Assert.ThrowsAnyAsync<KafkaException>(call);
        Assert.Equal(ErrorCode.Local_UnsupportedFeature, exception.Error.Code);
    }

    private async Task<string> TopicAsync(int partitions = 1, int records = 0)
    {
        string topic = Names.Unique("admin-method");
        await Reference.CreateTopicAsync(bootstrap, topic, partitions);
        if (records > 0)
        {
            await Reference.ProduceAsync(bootstrap, topic, Enumerable.Range(0, records).Select(i => $"v{i}"), partitions);
        }

        return topic;
    }

    /// <summary>A group that once had a member and committed an offset in partition 0.</summary>
    private async Task<string> EmptyGroupAsync(string topic, long offset)
    {
        string group = Names.Unique("admin-method-group");
        await Task.Run(() =>
        {
            using IConsumer<byte[], byte[]> consumer = Consumer(group);
            consumer.Subscribe(topic);
            while (consumer.Assignment.Count == 0)
            {
                consumer.Consume(TimeSpan.FromMilliseconds(50));
            }

            consumer.Commit([new TopicPartitionOffset(topic, 0, offset)]);
            consumer.Close();
        });
        return group;
    }

    private IConsumer<byte[], byte[]> Consumer(string group) => new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
    {
        BootstrapServers = bootstrap,
        GroupId = group,
        EnableAutoCommit = false,
        AutoOffsetReset = AutoOffsetReset.Earliest,
    }).Build();
}
