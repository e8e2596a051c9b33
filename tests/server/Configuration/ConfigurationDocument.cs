using System.Runtime.CompilerServices;
using System.Text;
using Compat.Log.Configuration;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;

namespace Compat.Server.Tests.Configuration;

/// <summary>docs/CONFIGURATION.md, written from the definitions.</summary>
internal static class ConfigurationDocument
{
    private const string Introduction = """
        # Configuration

        Settings have Apache Kafka's names, types, defaults and valid values (Kafka 4.4). They are given, the weaker first,

        1. in a file in the form of `server.properties`: `--config FILE`;
        2. in environment variables, as Apache Kafka's image takes them: `KAFKA_LOG_RETENTION_MS=1000` is `log.retention.ms=1000`.
           `_` is a point, `__` an underscore, `___` a hyphen. `CLUSTER_ID` is `cluster.id`;
        3. on the command line: `--override log.retention.ms=1000`.

        A name that no setting has is one warning. A value that a setting cannot have, or that contradicts another, is one
        line that names the setting, the value and where it was given, and the process ends with an exit code that is not 0.

        The column *effect* says what a setting does here. *yes*: what it says. *none*: it is checked, kept and shown, and
        changes nothing, for the reason given. *only the default*: any other value is refused, because ignoring it would be
        a lie. Where *change* is not empty the setting can also be changed while the broker runs, by IncrementalAlterConfigs:
        for one *broker*, or for the whole *cluster* as well.

        A listener may have settings of its own, `listener.name.{listener}.{setting}`: so far `max.connections`.

        This page is written from the definitions by a test, which fails when the two differ; with `UPDATE_DOCS=1` in its
        environment the test writes the page.

        """;

    /// <summary>Where the document is.</summary>
    public static string Path([CallerFilePath] string here = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(here)!, "..", "..", "..", "docs", "CONFIGURATION.md"));

    /// <summary>The project's README.</summary>
    public static string ReadmePath() => System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path())!, "..", "README.md"));

    /// <summary>The README with the table of topic settings without effect as it should be.</summary>
    public static string WriteReadme(string text)
    {
        const string Begin = "<!-- topic settings without effect -->\n";
        const string End = "<!-- end -->";
        int from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        StringBuilder table = new("\n| topic setting | why |\n|---|---|\n");
        foreach (IGrouping<string, ConfigDefinition> reason in TopicConfigs.Catalog.Public.Where(definition => !definition.Effect.IsImplemented).GroupBy(definition => definition.Effect.Reason))
        {
            table.Append($"| {string.Join(", ", reason.Select(definition => Code(definition.Name)))} | {reason.Key} |\n");
        }

        return text[..from] + table.Append('\n') + text[text.IndexOf(End, from, StringComparison.Ordinal)..];
    }

    /// <summary>The document as it should be.</summary>
    public static string Write()
    {
        StringBuilder text = new(Introduction.ReplaceLineEndings("\n"));
        WriteDefaults(text);
        text.Append("\n## Broker settings\n");
        foreach ((string title, IReadOnlyList<ConfigDefinition> definitions) in BrokerConfigs.Groups)
        {
            text.Append($"\n### {title}\n\n");
            WriteTable(text, definitions.Where(definition => !definition.IsInternal), isBroker: true);
        }

        text.Append("\n## Topic settings\n\nA topic that does not set one has the value of the broker setting beside it.\n\n");
        WriteTable(text, TopicConfigs.Catalog.Public, isBroker: false);
        text.Append("\n## Group settings\n\nA group that does not set one has the value of the broker setting beside it.\n\n");
        WriteTable(text, GroupConfigs.Catalog.Public, isBroker: false);
        text.Append("\n## Client-metrics settings\n\n");
        WriteTable(text, ClientMetricsConfigs.Catalog.Public, isBroker: false);
        return text.ToString();
    }

    private static void WriteDefaults(StringBuilder text)
    {
        text.Append("\n## Without any configuration\n\nThese differ from Kafka's defaults, so that a broker without any configuration is a ready single node.\n\n");
        text.Append("| setting | value | why |\n|---|---|---|\n");
        HostProfile host = new(IsContainer: false, DataDirectory: "{application data of the user}/compat/data");
        foreach ((string name, string value, string reason) in BrokerDefaults.On(host))
        {
            text.Append($"| `{name}` | `{value}` | {reason} |\n");
        }

        text.Append("\nInside a container `listeners` is `PLAINTEXT://:9092` and `metrics.host` is not set.\n");
    }

    private static void WriteTable(StringBuilder text, IEnumerable<ConfigDefinition> definitions, bool isBroker)
    {
        text.Append(isBroker
            ? "| setting | type | default | valid | change | effect | |\n|---|---|---|---|---|---|---|\n"
            : "| setting | type | default | valid | broker setting | effect | |\n|---|---|---|---|---|---|---|\n");
        foreach (ConfigDefinition definition in definitions)
        {
            string fifth = isBroker ? ChangeOf(definition) : string.Join(", ", definition.Synonyms.Select(synonym => Code(synonym.Name)));
            text.Append($"| `{definition.Name}` | {definition.Type.ToString().ToLowerInvariant()} | {DefaultOf(definition)} | {Escaped(definition.Rule?.Description ?? "")} ")
                .Append($"| {fifth} | {EffectOf(definition.Effect)} | {Escaped(definition.Documentation)} |\n");
        }
    }

    private static string DefaultOf(ConfigDefinition definition) =>
        definition.IsRequired ? "(required)" : definition.Default is null ? "null" : definition.Default.Length == 0 ? "\"\"" : Code(definition.Default);

    private static string ChangeOf(ConfigDefinition definition) => definition.UpdateMode switch
    {
        ConfigUpdateMode.PerBroker => "broker",
        ConfigUpdateMode.ClusterWide => "cluster",
        _ => "",
    };

    private static string EffectOf(ConfigEffect effect) =>
        effect.IsImplemented ? "yes" : effect.IsOnlyDefault ? $"only the default: {effect.Reason}" : $"none: {effect.Reason}";

    private static string Code(string text) => $"`{text}`";

    private static string Escaped(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
