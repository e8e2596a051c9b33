using System.Text;
using System.Text.Json.Nodes;

namespace Compat.Clients.Tests.Drivers;

/// <summary>A record as a client handed it to its application.</summary>
internal sealed record ConsumedRecord(string Topic, int Partition, long Offset, long Timestamp, byte[]? Key, byte[]? Value, IReadOnlyList<RecordHeader> Headers)
{
    /// <summary>The value of a burst's record without its padding.</summary>
    public string Text => Value is null ? "" : Encoding.ASCII.GetString(Value).TrimEnd('.');

    public static ConsumedRecord Parse(JsonObject line) => new(
        line["t"]!.GetValue<string>(),
        line["p"]!.GetValue<int>(),
        line["o"]!.GetValue<long>(),
        line["ts"]!.GetValue<long>(),
        Bytes(line["k"]),
        Bytes(line["v"]),
        [.. (line["h"]?.AsArray() ?? []).Select(header => new RecordHeader(header![0]!.GetValue<string>(), Bytes(header[1])))]);

    public static byte[]? Bytes(JsonNode? text) => text is null ? null : Convert.FromBase64String(text.GetValue<string>());
}

internal sealed record RecordHeader(string Name, byte[]? Value)
{
    public override string ToString() => $"{Name}={(Value is null ? "null" : Convert.ToHexString(Value))}";
}

/// <summary>
/// A record for a client to send. Without a timestamp the client gives it the present; a number such as 0 would be taken at
/// its word by some, and a record of 1970 is older than any retention.
/// </summary>
internal sealed record OutgoingRecord(byte[]? Value, byte[]? Key = null, int? Partition = null, long? Timestamp = null, IReadOnlyList<RecordHeader>? Headers = null)
{
    public JsonObject ToJson() => new()
    {
        ["k"] = Text(Key),
        ["v"] = Text(Value),
        ["p"] = Partition,
        ["ts"] = Timestamp,
        ["h"] = new JsonArray([.. (Headers ?? []).Select(header => new JsonArray(header.Name, Text(header.Value)))]),
    };

    private static JsonNode? Text(byte[]? bytes) => bytes is null ? null : Convert.ToBase64String(bytes);
}

/// <summary>What became of one record that a client sent.</summary>
internal sealed record Delivery(int? Partition, long? Offset, int? Code, string? Failure)
{
    public bool Succeeded => Failure is null;

    public static Delivery Parse(JsonObject result) => new(
        result["p"]?.GetValue<int>(),
        result["o"]?.GetValue<long>(),
        result["code"]?.GetValue<int>(),
        result["message"]?.GetValue<string>());
}
