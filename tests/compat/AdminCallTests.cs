using System.Text.Json.Nodes;
using Compat.Clients.Tests.Broker;
using Compat.Clients.Tests.Drivers;
using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests;

/// <summary>All the admin calls that each client has, in the order in which an operator would make them.</summary>
public class AdminCallTests(SharedBroker broker)
{
    private const int TopicExists = 36;
    private const int UnknownTopic = 3;
    private const int InvalidPartitions = 37;
    private const int InvalidReplication = 38;

    /// <summary>Calls that belong to parts of Kafka which this broker does not advertise.</summary>
    private static readonly string[] NotAdvertised = ["createAcls", "describeAcls", "deleteAcls"];

    public static TheoryData<string> Clients => ClientKinds.Those(kind => kind.AdminCalls.Count > 0);

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Every_admin_method_of_the_library_is_called(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        await using ClientProcess client = await ClientProcess.StartAsync(kind, broker.Bootstrap);

        JsonObject answer = await client.CallAsync("methods");

        Assert.Equal(
            answer["names"]!.AsArray().Select(method => method!.GetValue<string>()).Except(kind.LocalAdminMethods).Order(StringComparer.Ordinal),
            kind.AdminCalls.Values.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Every_admin_call_does_what_it_says(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        await using ClientProcess client = await ClientProcess.StartAsync(kind, broker.Bootstrap);
        AdminScenario scenario = new(client, broker.Bootstrap);

        await scenario.TopicsAsync();
        await scenario.ConfigsAsync();
        await scenario.RecordsAsync();
        await scenario.GroupsAsync();
        await scenario.ClusterAsync();
        await scenario.EndAsync();

        Assert.Equal(kind.AdminCalls.Keys.Except(NotAdvertised).Except(kind.OutdatedAdminCalls).Order(StringComparer.Ordinal), scenario.Made.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_call_that_the_broker_does_not_advertise_fails_at_once_and_the_client_goes_on(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        await using ClientProcess client = await ClientProcess.StartAsync(kind, broker.Bootstrap);
        string topic = Names.Unique($"not-advertised-{name}");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 1);

        foreach (string call in NotAdvertised.Intersect(kind.AdminCalls.Keys).Concat(kind.OutdatedAdminCalls))
        {
            await Assert.ThrowsAsync<ClientException>(() => client.AdminAsync(call, new JsonObject { ["topic"] = topic }));
            if (kind.AdminCalls.ContainsKey("close"))
            {
                // Clients that do not negotiate versions lose their connection over it; some do not make a new one by themselves.
                await client.AdminAsync("close");
            }
        }

        JsonObject found = await client.AdminAsync("describeTopic", new JsonObject { ["topic"] = topic });
        Assert.Equal(1, found["partitions"]!.GetValue<int>());
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Wrong_admin_calls_get_the_error_of_their_fault(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        await using ClientProcess client = await ClientProcess.StartAsync(kind, broker.Bootstrap);
        string topic = Names.Unique($"wrong-{name}");
        await Reference.CreateTopicAsync(broker.Bootstrap, topic, 2);

        await FailsAsync(client, "createTopics", Args(topic, 1), TopicExists);
        await FailsAsync(client, "deleteTopics", Args(topic + "-unknown"), UnknownTopic);
        await FailsAsync(client, "createPartitions", Args(topic, 1), InvalidPartitions);
        await FailsAsync(client, "createTopics", Args(Names.Unique("many"), 0), InvalidPartitions, InvalidReplication);
    }

    private static async Task FailsAsync(ClientProcess client, string call, JsonObject arguments, params int[] codes)
    {
        if (client.Kind.AdminCalls.ContainsKey(call))
        {
            ClientException exception = await Assert.ThrowsAsync<ClientException>(() => client.AdminAsync(call, arguments));
            Assert.True(codes.Contains(exception.Code ?? 0) || exception.Code is null or < 0, exception.Message);
        }
    }

    private static JsonObject Args(string topic, int? partitions = null) => new() { ["topic"] = topic, ["partitions"] = partitions };
}
