using System.Text.Json.Nodes;
using Confluent.Kafka;

namespace Compat.Clients;

/// <summary>The line protocol of ../README.md.</summary>
internal static class Protocol
{
    private static readonly Lock WriteLock = new();

    public static void Write(JsonObject message)
    {
        string line = message.ToJsonString();
        lock (WriteLock)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }

    public static void Trouble(string message) => Write(new JsonObject { ["event"] = "trouble", ["message"] = message });

    public static JsonObject Failure(Error error) => new() { ["code"] = (int)error.Code, ["message"] = error.Reason };

    public static byte[]? Bytes(JsonNode? text) => text is null ? null : Convert.FromBase64String(text.GetValue<string>());

    public static JsonNode? Text(byte[]? bytes) => bytes is null ? null : Convert.ToBase64String(bytes);

    public static int Int(JsonObject args, string name, int otherwise) => args[name]?.GetValue<int>() ?? otherwise;

    public static string String(JsonObject args, string name, string otherwise = "") => args[name]?.GetValue<string>() ?? otherwise;

    public static JsonArray Partitions(IEnumerable<TopicPartition> partitions) =>
        [.. partitions.OrderBy(p => p.Topic, StringComparer.Ordinal).ThenBy(p => p.Partition.Value)
            .Select(p => new JsonArray(p.Topic, p.Partition.Value))];

    public static async Task ServeAsync(Driver driver)
    {
        Write(new JsonObject { ["event"] = "ready", ["client"] = "Confluent.Kafka on librdkafka " + Library.VersionString });
        while (await Console.In.ReadLineAsync() is { } line)
        {
            JsonObject command = JsonNode.Parse(line)!.AsObject();
            Write(await AnswerAsync(driver, command));
        }

        driver.Leave();
    }

    private static async Task<JsonObject> AnswerAsync(Driver driver, JsonObject command)
    {
        JsonNode id = command["id"]!.DeepClone();
        try
        {
            return new JsonObject { ["id"] = id, ["ok"] = await driver.DoAsync(command) };
        }
        catch (KafkaException exception)
        {
            return new JsonObject { ["id"] = id, ["error"] = Failure(exception.Error) };
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return new JsonObject { ["id"] = id, ["error"] = new JsonObject { ["code"] = null, ["message"] = exception.ToString() } };
        }
    }
}
