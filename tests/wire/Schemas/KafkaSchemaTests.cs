using System.Text.Json;
using Compat.Wire.Generator.Model;

namespace Compat.Wire.Tests.Schemas;

/// <summary>Holds the pages against Kafka's own description of its messages, when that is at hand.</summary>
public class KafkaSchemaTests
{
    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip };

    [Fact]
    public void Every_page_equals_Kafkas_schema_field_by_field()
    {
        List<string> differences = [];
        Dictionary<string, JsonElement> facts = LoadFacts();
        foreach (MessageSchema message in SchemaPages.Messages)
        {
            if (!facts.Remove(message.Name, out JsonElement fact))
            {
                // Kafka keeps this one in a folder of its own, beside the log's code.
                Assert.Equal("ProducerSnapshot", message.Name);
                continue;
            }

            differences.AddRange(new SchemaComparison(message, fact).Differences());
        }

        Assert.Empty(differences);
        Assert.Empty(facts.Keys);
    }

    [Fact]
    public void Every_error_code_equals_Kafkas()
    {
        string path = Path.Combine(FactsFolder(), "errors.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path), WithComments);
        Dictionary<ErrorCode, bool> facts = document.RootElement.EnumerateArray().ToDictionary(
            row => Enum.Parse<ErrorCode>(row.GetProperty("name").GetString()!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
            row => row.GetProperty("retriable").GetBoolean());
        foreach (JsonElement row in document.RootElement.EnumerateArray())
        {
            string name = row.GetProperty("name").GetString()!.Replace("_", "", StringComparison.Ordinal);
            Assert.Equal(row.GetProperty("code").GetInt16(), (short)Enum.Parse<ErrorCode>(name, ignoreCase: true));
        }

        Assert.Equal(Enum.GetValues<ErrorCode>().Length, facts.Keys.Append(ErrorCode.None).Distinct().Count());
        Assert.All(facts, fact => Assert.Equal(fact.Value, fact.Key.IsRetriable()));
    }

    private static string FactsFolder()
    {
        string? folder = Repository.KafkaSchemas();
        if (folder is null)
        {
            Assert.Skip("KAFKA_SCHEMAS names no folder with Kafka's schemas.");
        }

        return folder;
    }

    private static Dictionary<string, JsonElement> LoadFacts()
    {
        Dictionary<string, JsonElement> facts = [];
        foreach (string path in Directory.EnumerateFiles(FactsFolder(), "*.json", SearchOption.AllDirectories))
        {
            JsonElement root = JsonDocument.Parse(File.ReadAllText(path), WithComments).RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.GetProperty("validVersions").GetString() != "none")
            {
                facts.Add(root.GetProperty("name").GetString()!, root);
            }
        }

        return facts;
    }
}
