using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Compat.Clients.Tests.Drivers;
using Compat.Clients.Tests.Proxy;
using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests;

/// <summary>
/// Captures one request frame of each API and version that each client sends. The captured frames stand in
/// tests/wire/Golden, where the codecs are held against them; COMPAT_RECORD_GOLDEN=1 writes them anew.
/// </summary>
public class GoldenFrameTests(ProxiedBroker broker) : IClassFixture<ProxiedBroker>
{
    /// <summary>The frames are to be read by people too; among several, the largest below this says most.</summary>
    private const int LargestFrame = 2048;

    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Paths.Drivers))!, "wire", "Golden");

    /// <summary>Produce requests differ by what they carry, not by version alone.</summary>
    private volatile string _producing = "";

    public static TheoryData<string> Clients => ClientKinds.All;

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_frame_of_every_request_that_the_client_sends_can_be_captured(string name)
    {
        ClientKind kind = ClientKinds.Named(name);
        ConcurrentDictionary<string, byte[]> frames = [];
        broker.Proxy.Rule = _ => Fate.Pass;
        _producing = "";
        broker.Proxy.Observer = request => frames.AddOrUpdate(
            $"{(short)request.Api:00}.v{request.Version}{(request.Api == ApiNumber.Produce ? _producing : "")}",
            request.Bytes,
            (_, known) => IsBetter(request.Bytes, known) ? request.Bytes : known);

        string version = await ConverseAsync(kind);
        broker.Proxy.Observer = _ => { };

        string folder = Path.Combine(Folder, name);
        if (Environment.GetEnvironmentVariable("COMPAT_RECORD_GOLDEN") == "1")
        {
            Write(folder, version, frames);
        }

        Assert.NotEmpty(frames);
    }

    private async Task<string> ConverseAsync(ClientKind kind)
    {
        string topic = Names.Unique("golden");
        string group = Names.Unique("golden-group");
        await Reference.CreateTopicAsync(broker.DirectBootstrap, topic, 2);
        await using ClientProcess client = await ClientProcess.StartAsync(kind, broker.Bootstrap);
        OutgoingRecord record = new(Reference.Utf8("a value"), Reference.Utf8("a key"), Headers: [new("a header", Reference.Utf8("its value"))]);
        foreach (string codec in kind.Codecs)
        {
            _producing = "." + codec;
            await client.ProduceAsync(topic, [record], new ProduceSettings(Codec: codec));
        }

        if (kind.Idempotent)
        {
            _producing = ".idempotent";
            await client.ProduceAsync(topic, [record], new ProduceSettings(Idempotent: true));
        }

        await client.SubscribeAsync(group, [topic], kind.Strategies[^1]);
        await Wait.UntilAsync(() => client.Records.Count > 0, () => $"the member reads; {client.Evidence}");
        if (kind.CommitsOnDemand)
        {
            await client.CommitAsync();
        }

        await client.LeaveAsync();
        foreach (string call in kind.AdminCalls.Keys.Where(call => call is not ("deleteTopics" or "close")))
        {
            await TryAdminAsync(client, call, topic, group);
        }

        await TryAdminAsync(client, "deleteTopics", topic, group);
        if (kind == ClientKinds.Dotnet)
        {
            await CallEveryAdminMethodAsync();
        }

        await using ClientProcess reader = await ClientProcess.StartAsync(kind, broker.Bootstrap);
        await reader.AssignAsync(await CreateFilledAsync(), [0], fromTime: 1);
        await Wait.UntilAsync(() => reader.Records.Count > 0, () => $"the reader reads; {reader.Evidence}");
        await reader.LeaveAsync();
        return client.Version;
    }

    private async Task CallEveryAdminMethodAsync()
    {
        using Confluent.Kafka.IAdminClient admin = Reference.Admin(broker.Bootstrap);
        foreach (Func<AdminClientCalls, Task> call in AdminClientCalls.ByMethod.Values)
        {
            await call(new AdminClientCalls(admin, broker.Bootstrap));
        }
    }

    private async Task<string> CreateFilledAsync()
    {
        string topic = Names.Unique("golden-time");
        await Reference.CreateTopicAsync(broker.DirectBootstrap, topic, 1);
        await Reference.ProduceAsync(broker.DirectBootstrap, topic, ["one"]);
        return topic;
    }

    /// <summary>Whether the broker can do it does not matter here, only what the client sends.</summary>
    private static async Task TryAdminAsync(ClientProcess client, string call, string topic, string group)
    {
        if (!client.Kind.AdminCalls.ContainsKey(call))
        {
            return;
        }

        JsonObject arguments = new()
        {
            ["topic"] = call == "createTopics" ? Names.Unique("golden-created") : topic,
            ["group"] = group,
            ["configs"] = new JsonObject { ["retention.ms"] = "3600000" },
            ["partitions"] = call is "createTopics" or "createPartitions" ? JsonValue.Create(4) : new JsonArray(0),
            ["offsets"] = new JsonArray(1),
            ["before"] = 1,
            ["time"] = 1,
        };
        try
        {
            await client.AdminAsync(call, arguments);
        }
        catch (ClientException)
        {
            // The frame, if one was sent, is kept. The connection may be gone, and some clients do not make a new one.
            if (client.Kind.AdminCalls.ContainsKey("close"))
            {
                await client.AdminAsync("close");
            }
        }
    }

    private static bool IsBetter(byte[] candidate, byte[] known) =>
        candidate.Length <= LargestFrame ? candidate.Length > known.Length || known.Length > LargestFrame : candidate.Length < known.Length;

    private static void Write(string folder, string version, ConcurrentDictionary<string, byte[]> frames)
    {
        Directory.CreateDirectory(folder);
        foreach (string old in Directory.GetFiles(folder, "*.bin"))
        {
            File.Delete(old);
        }

        foreach ((string key, byte[] frame) in frames)
        {
            // Without the four bytes of length, which are the transport's.
            File.WriteAllBytes(Path.Combine(folder, key + ".bin"), frame[4..]);
        }

        File.WriteAllText(Path.Combine(folder, "client.txt"), version + "\n");
    }
}
