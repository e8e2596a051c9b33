using System.Text.Json.Nodes;
using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests.Drivers;

/// <summary>An operator's day with one client: makes each admin call that the client has and checks its effect.</summary>
internal sealed class AdminScenario(ClientProcess client, string bootstrap)
{
    private const int Partitions = 2;
    private const int MorePartitions = 4;
    private const int Records = 40;

    private readonly HashSet<string> _made = [];
    private readonly string _topic = Names.Unique($"admin-{client.Kind}");
    private readonly string _group = Names.Unique($"admin-group-{client.Kind}");

    public IReadOnlySet<string> Made => _made;

    public async Task TopicsAsync()
    {
        JsonObject create = Topic();
        create["partitions"] = Partitions;
        create["configs"] = new JsonObject { ["retention.ms"] = "3600000" };
        if (await MakeAsync("createTopics", create) is null)
        {
            await Reference.CreateTopicAsync(bootstrap, _topic, Partitions);
        }

        if (await MakeAsync("listTopics") is { } list)
        {
            Assert.Contains(_topic, Texts(list["topics"]));
        }

        await CheckPartitionsAsync(Partitions);
        JsonObject grow = Topic();
        grow["partitions"] = MorePartitions;
        if (await MakeAsync("createPartitions", grow) is not null)
        {
            await CheckPartitionsAsync(MorePartitions);
        }
    }

    public async Task ConfigsAsync()
    {
        if (await MakeAsync("describeConfigs", Topic()) is { } before)
        {
            Assert.Equal("3600000", before["configs"]!["retention.ms"]!.GetValue<string>());
            // Every setting is listed, not only what was set.
            Assert.Equal("delete", before["configs"]!["cleanup.policy"]!.GetValue<string>());
        }

        JsonObject change = Topic();
        change["configs"] = new JsonObject { ["retention.ms"] = "7200000" };
        if (await MakeAsync("alterConfigs", change) is not null)
        {
            Assert.Equal("7200000", await Reference.TopicConfigAsync(bootstrap, _topic, "retention.ms"));
        }
    }

    public async Task RecordsAsync()
    {
        await Reference.ProduceAsync(bootstrap, _topic, Enumerable.Range(0, Records).Select(i => $"v{i}"), Partitions);
        if (await MakeAsync("topicOffsets", Topic()) is { } offsets)
        {
            Assert.Equal($"[0,{Records / Partitions}]", offsets["offsets"]![0]!.ToJsonString());
        }

        JsonObject times = Topic();
        times["time"] = 1;
        times["partitions"] = new JsonArray(0, 1);
        if (await MakeAsync("offsetsForTime", times) is { } found)
        {
            Assert.Equal("[0,0]", found["offsets"]!.ToJsonString());
        }

        JsonObject delete = Topic();
        delete["before"] = 5;
        if (await MakeAsync("deleteRecords", delete) is not null)
        {
            List<ConsumedRecord> left = await Reference.ReadAsync(bootstrap, _topic, Records - 5);
            Assert.Equal(5, left.Where(record => record.Partition == 0).Min(record => record.Offset));
        }
    }

    public async Task GroupsAsync()
    {
        await using (ClientProcess member = await ClientProcess.StartAsync(client.Kind, bootstrap))
        {
            await member.SubscribeAsync(_group, [_topic], client.Kind.Strategies[0]);
            await Wait.UntilAsync(() => member.Records.Count > 0, () => $"the member reads; {member.Evidence}");
            if (await MakeAsync("describeGroup", Group()) is { } live)
            {
                Assert.Equal("Stable", live["state"]!.GetValue<string>());
                Assert.Equal(1, live["members"]!.GetValue<int>());
            }

            if (client.Kind.CommitsOnDemand)
            {
                await member.CommitAsync();
            }

            await member.LeaveAsync();
        }

        if (await MakeAsync("listGroups") is { } list)
        {
            Assert.Contains(_group, Texts(list["groups"]));
        }

        if (await MakeAsync("describeGroup", Group()) is { } left)
        {
            Assert.Equal("Empty", left["state"]!.GetValue<string>());
        }

        await OffsetsAsync();
        if (await MakeAsync("deleteGroups", Group()) is not null)
        {
            JsonObject? remaining = await MakeAsync("listGroups");
            Assert.DoesNotContain(_group, Texts(remaining!["groups"]));
        }
    }

    public async Task ClusterAsync()
    {
        if (await MakeAsync("describeCluster") is { } cluster)
        {
            Assert.Equal(1, cluster["brokers"]!.GetValue<int>());
            // A client that asks in the first version of Metadata learns of no controller and says -1.
            Assert.True(cluster["controller"]!.GetValue<int>() >= -1);
        }
    }

    public async Task EndAsync()
    {
        await ReassignmentsAsync();
        if (await MakeAsync("deleteTopics", Topic()) is not null && await MakeAsync("listTopics") is { } list)
        {
            Assert.DoesNotContain(_topic, Texts(list["topics"]));
        }

        await MakeAsync("close");
    }

    private async Task OffsetsAsync()
    {
        JsonObject arguments = Group();
        arguments["topic"] = _topic;
        arguments["partitions"] = new JsonArray(0, 1);
        if (await MakeAsync("groupOffsets", (JsonObject)arguments.DeepClone()) is { } committed)
        {
            Assert.Contains(committed["offsets"]!.AsArray(), offset => offset![2]!.GetValue<long>() > 0);
        }

        arguments["offsets"] = new JsonArray(7, 8);
        if (await MakeAsync("setOffsets", (JsonObject)arguments.DeepClone()) is not null)
        {
            JsonObject? set = await MakeAsync("groupOffsets", (JsonObject)arguments.DeepClone());
            Assert.Equal(["7", "8"], set!["offsets"]!.AsArray().Take(2).Select(offset => offset![2]!.ToJsonString()));
        }

        if (await MakeAsync("resetOffsets", (JsonObject)arguments.DeepClone()) is not null)
        {
            JsonObject? reset = await MakeAsync("groupOffsets", (JsonObject)arguments.DeepClone());
            // kafkajs commits the number that stands for the earliest offset, and Kafka keeps what is committed.
            Assert.Equal("-2", reset!["offsets"]![0]![2]!.ToJsonString());
        }
    }

    private async Task ReassignmentsAsync()
    {
        // To where the replicas are already: there is nothing to move, and so none under way.
        await MakeAsync("alterReassignments", Topic());
        if (await MakeAsync("listReassignments", Topic()) is { } found)
        {
            Assert.Empty(found);
        }
    }

    private async Task CheckPartitionsAsync(int expected)
    {
        if (await MakeAsync("describeTopic", Topic()) is { } topic)
        {
            Assert.Equal(expected, topic["partitions"]!.GetValue<int>());
        }
    }

    /// <summary>Makes a call that the client has; null when it does not have it.</summary>
    private async Task<JsonObject?> MakeAsync(string call, JsonObject? arguments = null)
    {
        if (!client.Kind.AdminCalls.ContainsKey(call) || client.Kind.OutdatedAdminCalls.Contains(call))
        {
            return null;
        }

        _made.Add(call);
        return await client.AdminAsync(call, arguments);
    }

    private JsonObject Topic() => new() { ["topic"] = _topic };

    private JsonObject Group() => new() { ["group"] = _group };

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(text => text!.GetValue<string>());
}
