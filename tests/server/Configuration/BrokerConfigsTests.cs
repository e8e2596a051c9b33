using Compat.Log.Configuration;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;

namespace Compat.Server.Tests.Configuration;

public class BrokerConfigsTests
{
    private static readonly string[] Own = ["cluster.id", "max.decompressed.message.bytes", "metrics.host", "metrics.port"];

    [Fact]
    public void There_are_the_360_public_settings_of_Kafka_4_4_and_four_of_our_own() =>
        Assert.Equal(360 + Own.Length, BrokerConfigs.Catalog.Public.Count());

    [Fact]
    public void Every_default_is_valid_and_written_as_it_would_be_shown()
    {
        foreach (ConfigDefinition definition in BrokerConfigs.Catalog.All.Where(definition => definition.Default is not null))
        {
            Assert.Null(definition.ProblemWith(definition.Default));
            Assert.Equal(definition.Default, ConfigText.Format(definition.Parse(definition.Default)));
        }
    }

    [Fact]
    public void Every_setting_is_documented() =>
        Assert.All(BrokerConfigs.Catalog.All, definition => Assert.EndsWith(".", definition.Documentation, StringComparison.Ordinal));

    [Fact]
    public void Every_topic_setting_s_broker_synonym_exists()
    {
        string[] synonyms = [.. TopicConfigs.Catalog.All.SelectMany(topic => topic.Synonyms).Select(synonym => synonym.Name)];
        Assert.Equal(35, synonyms.Length);
        Assert.All(synonyms, synonym => Assert.True(BrokerConfigs.Catalog.Contains(synonym), synonym));
    }

    [Fact]
    public void The_first_synonym_of_a_topic_setting_can_be_changed_for_the_whole_cluster() =>
        Assert.All(TopicConfigs.Catalog.All.Where(topic => topic.Synonyms.Count > 0), topic =>
            Assert.Equal(ConfigUpdateMode.ClusterWide, BrokerConfigs.Catalog[topic.Synonyms[0].Name].UpdateMode));

    [Fact]
    public void Our_own_defaults_differ_from_Kafkas_and_say_why()
    {
        foreach ((string name, string value, string reason) in BrokerDefaults.On(TestConfig.Machine))
        {
            Assert.NotEqual(BrokerConfigs.Catalog[name].Default, value);
            Assert.NotEmpty(reason);
        }
    }

    [Theory]
    [InlineData("log.retention.ms", ConfigUpdateMode.ClusterWide)]
    [InlineData("log.retention.hours", ConfigUpdateMode.ReadOnly)]
    [InlineData("listeners", ConfigUpdateMode.ReadOnly)]
    [InlineData("advertised.listeners", ConfigUpdateMode.ReadOnly)]
    [InlineData("max.connections.per.ip", ConfigUpdateMode.ClusterWide)]
    [InlineData("num.partitions", ConfigUpdateMode.ReadOnly)]
    [InlineData("ssl.client.auth", ConfigUpdateMode.PerBroker)]
    [InlineData("producer.id.expiration.ms", ConfigUpdateMode.ClusterWide)]
    public void Update_modes_are_Kafkas_except_for_listeners(string name, ConfigUpdateMode mode) => Assert.Equal(mode, BrokerConfigs.Catalog[name].UpdateMode);
}
