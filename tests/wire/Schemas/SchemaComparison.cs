using System.Globalization;
using System.Text.Json;
using Compat.Wire.Generator.Model;

namespace Compat.Wire.Tests.Schemas;

/// <summary>Tells how a message of ours differs from Kafka's description of it.</summary>
internal sealed class SchemaComparison(MessageSchema message, JsonElement fact)
{
    private readonly List<string> _differences = [];

    // Kafka's schemas speak of versions that are gone; our pages speak of those a message has, and of the ones to come.
    private readonly VersionRange _live = new(message.Versions.Low, VersionRange.Open);

    public IReadOnlyList<string> Differences()
    {
        Compare(message.Name, "kind", KindOf(Text(fact, "type")), message.Kind);
        Compare(message.Name, "key", message.Kind is MessageKind.Data or MessageKind.Header ? -1 : fact.GetProperty("apiKey").GetInt32(), message.Key);
        Compare(message.Name, "versions", Range(fact, "validVersions"), message.Versions);
        Compare(message.Name, "flexible", Range(fact, "flexibleVersions"), message.Flexible);
        Compare(message.Name, "unstable", Flag(fact, "latestVersionUnstable"), message.IsLatestUnstable);
        CompareListeners();
        CompareFields(message.Name, message.Fields, fact.GetProperty("fields"), _live);
        CompareStructs();
        return _differences;
    }

    private void CompareListeners()
    {
        if (message.Kind != MessageKind.Request)
        {
            return;
        }

        ApiInfo api = ApiCatalog.Get((ApiKey)message.Key);
        ApiListeners listeners = fact.GetProperty("listeners").EnumerateArray()
            .Aggregate(default(ApiListeners), (all, one) => all | Enum.Parse<ApiListeners>(one.GetString()!, ignoreCase: true));
        Compare(message.Name, "listeners", listeners, api.Listeners);
        Compare(message.Name, "catalog versions", Range(fact, "validVersions"), new VersionRange(api.MinVersion, api.MaxVersion));
    }

    private void CompareStructs()
    {
        foreach (JsonElement common in fact.TryGetProperty("commonStructs", out JsonElement structs) ? structs.EnumerateArray().ToArray() : [])
        {
            StructSchema ours = message.Structs.Single(declared => declared.Name == Text(common, "name"));
            Compare($"{message.Name}.{ours.Name}", "versions", Range(common, "versions").And(_live), ours.Versions);
            CompareFields($"{message.Name}.{ours.Name}", ours.Fields, common.GetProperty("fields"), ours.Versions);
        }
    }

    private void CompareFields(string owner, IReadOnlyList<FieldSchema> ours, JsonElement facts, VersionRange parent)
    {
        JsonElement[] theirs = [.. facts.EnumerateArray().Where(field => !VersionsOf(field, parent).IsEmpty)];
        Compare(owner, "fields", string.Join(", ", theirs.Select(NameOf)), string.Join(", ", ours.Select(field => field.Name)));
        foreach (JsonElement field in theirs)
        {
            if (ours.FirstOrDefault(other => other.Name == NameOf(field)) is { } match)
            {
                CompareField($"{owner}.{match.Name}", match, field, parent);
            }
        }
    }

    private void CompareField(string name, FieldSchema ours, JsonElement theirs, VersionRange parent)
    {
        string type = Text(theirs, "type");
        string element = type.Replace("[]", "", StringComparison.Ordinal);
        VersionRange versions = VersionsOf(theirs, parent);
        Compare(name, "type", type, (ours.IsArray ? "[]" : "") + (ours.Type == FieldType.Struct ? ours.TypeName : ours.Type.ToString().ToLowerInvariant()));
        Compare(name, "versions", versions, ours.Versions);
        Compare(name, "null", Range(theirs, "nullableVersions").And(versions), ours.Nullable);
        Compare(name, "tagged", Range(theirs, "taggedVersions").And(versions), ours.TaggedVersions);
        Compare(name, "tag", theirs.TryGetProperty("tag", out JsonElement tag) ? tag.GetInt32() : -1, ours.Tag);
        Compare(name, "default", DefaultOf(theirs), ours.Default is "0" or "false" ? "" : ours.Default ?? "");
        Compare(name, "ignorable", Flag(theirs, "ignorable"), ours.IsIgnorable);
        Compare(name, "key", Flag(theirs, "mapKey"), ours.IsMapKey);
        Compare(name, "inflexible", Text(theirs, "flexibleVersions") == "none", ours.IsNeverFlexible);
        if (Text(theirs, "entityType") is { Length: > 0 } entity)
        {
            Compare(name, "domain", entity.ToLowerInvariant(), ours.TypeName.ToLowerInvariant());
        }

        if (theirs.TryGetProperty("fields", out JsonElement nested))
        {
            StructSchema declared = message.Structs.Single(declared => declared.Name == element);
            CompareFields($"{message.Name}.{element}", declared.Fields, nested, versions);
        }
    }

    // A field that names no versions has those in which it is tagged.
    private static VersionRange VersionsOf(JsonElement field, VersionRange parent) =>
        Range(field, field.TryGetProperty("versions", out _) ? "versions" : "taggedVersions").And(parent);

    private void Compare<T>(string name, string what, T theirs, T ours)
    {
        if (!EqualityComparer<T>.Default.Equals(theirs, ours))
        {
            _differences.Add($"{name}: {what} is '{ours}' here and '{theirs}' there");
        }
    }

    // A missing default, an empty one and a null of JSON all mean the default of the type.
    private static string DefaultOf(JsonElement field)
    {
        if (!field.TryGetProperty("default", out JsonElement value))
        {
            return "";
        }

        string text = value.ValueKind == JsonValueKind.Null ? "" : value.ToString().ToLowerInvariant();
        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            text = long.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        }

        return text is "0" or "false" ? "" : text;
    }

    private static MessageKind KindOf(string type) => type switch
    {
        "coordinator-key" => MessageKind.RecordKey,
        "coordinator-value" => MessageKind.RecordValue,
        _ => Enum.Parse<MessageKind>(type, ignoreCase: true),
    };

    // Some names in Kafka's schemas begin with a small letter; properties here do not.
    private static string NameOf(JsonElement field)
    {
        string name = Text(field, "name");
        return char.ToUpperInvariant(name[0]) + name[1..];
    }

    private static VersionRange Range(JsonElement element, string name)
    {
        string text = Text(element, name);
        Assert.True(VersionRange.TryParse(text.Length == 0 ? "none" : text, out VersionRange range), text);
        return range;
    }

    private static bool Flag(JsonElement element, string name) => bool.TryParse(Text(element, name), out bool value) && value;

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.ToString() : "";
}
