using System.Text.RegularExpressions;
using Compat.Log.Configuration;
using Compat.Server.Configuration;

namespace Compat.Server.Tests.Configuration;

public partial class ConfigurationDocumentTests
{
    [Fact]
    public void The_document_is_in_step_with_the_definitions()
    {
        string expected = ConfigurationDocument.Write();
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(ConfigurationDocument.Path(), expected);
        }

        string actual = File.ReadAllText(ConfigurationDocument.Path()).ReplaceLineEndings("\n");
        Assert.True(expected == actual, "docs/CONFIGURATION.md is not what the definitions say; run this test with UPDATE_DOCS=1 to write it.");
    }

    [Fact]
    public void The_readme_names_every_topic_setting_without_effect()
    {
        string readme = File.ReadAllText(ConfigurationDocument.ReadmePath()).ReplaceLineEndings("\n");
        string expected = ConfigurationDocument.WriteReadme(readme);
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(ConfigurationDocument.ReadmePath(), expected);
            return;
        }

        Assert.True(expected == readme, "README.md does not name the topic settings without effect; run this test with UPDATE_DOCS=1 to write them.");
    }

    /// <summary>A setting is said to do something only when something reads it.</summary>
    [Fact]
    public void Every_implemented_setting_is_read_and_every_setting_read_is_implemented()
    {
        string configuration = Path.Combine(Path.GetDirectoryName(ConfigurationDocument.Path())!, "..", "src", "Server", "Configuration");
        HashSet<string> read = NamesIn(Path.Combine(configuration, "Sections"));
        HashSet<string> readForListeners = NamesIn(Path.Combine(configuration, "Listeners"));
        HashSet<string> topicDefaults = [.. TopicConfigs.Catalog.All.Where(topic => topic.Effect.IsImplemented).SelectMany(topic => topic.Synonyms).Select(synonym => synonym.Name)];
        string[] implemented = [.. BrokerConfigs.Catalog.All.Where(definition => definition.Effect.IsImplemented).Select(definition => definition.Name)];

        Assert.NotEmpty(read);
        Assert.Empty(implemented.Except(read).Except(readForListeners).Except(topicDefaults));
        Assert.Empty(read.Where(BrokerConfigs.Catalog.Contains).Except(implemented));
    }

    private static HashSet<string> NamesIn(string directory) =>
    [
        .. Directory.GetFiles(directory, "*.cs").SelectMany(file => Quoted().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value),
    ];

    [GeneratedRegex("\"([a-z0-9.]+)\"")]
    private static partial Regex Quoted();
}
