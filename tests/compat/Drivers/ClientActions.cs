using System.Text.Json.Nodes;

namespace Compat.Clients.Tests.Drivers;

/// <summary>The commands of clients/README.md as methods.</summary>
internal static class ClientActions
{
    public static async Task<IReadOnlyList<Delivery>> ProduceAsync(this ClientProcess client, string topic, IEnumerable<OutgoingRecord> records, ProduceSettings? settings = null)
    {
        JsonObject arguments = (settings ?? new ProduceSettings()).ToJson(topic);
        arguments["records"] = new JsonArray([.. records.Select(record => record.ToJson())]);
        JsonObject answer = await client.CallAsync("produce", arguments);
        return [.. answer["results"]!.AsArray().Select(result => Delivery.Parse(result!.AsObject()))];
    }

    public static async Task<BurstResult> BurstAsync(this ClientProcess client, string topic, int count, string prefix, ProduceSettings? settings = null, int? partition = null, int size = 0)
    {
        JsonObject arguments = (settings ?? new ProduceSettings()).ToJson(topic);
        arguments["count"] = count;
        arguments["prefix"] = prefix;
        arguments["size"] = size;
        if (partition is not null)
        {
            arguments["partition"] = partition;
        }

        JsonObject answer = await client.CallAsync("burst", arguments);
        return new BurstResult(answer["acked"]!.GetValue<int>(), answer["failed"]!.GetValue<int>(), answer["codes"]!.ToJsonString());
    }

    public static Task SubscribeAsync(this ClientProcess client, string group, string[] topics, string strategy, int sessionTimeoutMs = 10_000, string? instanceId = null) =>
        client.CallAsync("subscribe", new JsonObject
        {
            ["group"] = group,
            ["topics"] = new JsonArray([.. topics.Select(topic => JsonValue.Create(topic))]),
            ["strategy"] = strategy,
            ["sessionTimeoutMs"] = sessionTimeoutMs,
            ["instanceId"] = instanceId,
        });

    /// <summary>Reads partitions without a group from the beginning, or from the first record at or after a time.</summary>
    public static Task AssignAsync(this ClientProcess client, string topic, int[] partitions, long? fromTime = null) =>
        client.CallAsync("assign", new JsonObject
        {
            ["topic"] = topic,
            ["partitions"] = Array(partitions),
            ["from"] = fromTime is { } time ? time : "earliest",
        });

    public static Task CommitAsync(this ClientProcess client) => client.CallAsync("commit");

    public static Task LeaveAsync(this ClientProcess client) => client.CallAsync("leave");

    public static async Task<long[]> CommittedAsync(this ClientProcess client, string group, string topic, int[] partitions)
    {
        JsonObject answer = await client.CallAsync("committed", new JsonObject { ["group"] = group, ["topic"] = topic, ["partitions"] = Array(partitions) });
        return [.. answer["offsets"]!.AsArray().Select(offset => offset!.GetValue<long>())];
    }

    public static Task<JsonObject> AdminAsync(this ClientProcess client, string call, JsonObject? arguments = null)
    {
        JsonObject command = arguments ?? [];
        command["call"] = call;
        return client.CallAsync("admin", command);
    }

    private static JsonArray Array(int[] numbers) => [.. numbers.Select(number => JsonValue.Create(number))];
}

/// <summary>How to produce: acks -1 is all; a timeout bounds one record's delivery with all its retries.</summary>
internal sealed record ProduceSettings(int Acks = -1, string Codec = "none", bool Idempotent = false, int TimeoutMs = 30_000, int MaxRequestBytes = 1_000_000, int BatchRecords = 200)
{
    public JsonObject ToJson(string topic) => new()
    {
        ["topic"] = topic,
        ["acks"] = Acks,
        ["codec"] = Codec,
        ["idempotent"] = Idempotent,
        ["timeoutMs"] = TimeoutMs,
        ["maxRequestBytes"] = MaxRequestBytes,
        ["batchRecords"] = BatchRecords,
    };
}

internal sealed record BurstResult(int Acked, int Failed, string Codes);
