using Compat.Log.Configuration;

namespace Compat.Log.Tests.Configuration;

public class TopicConfigsTests
{
    [Fact]
    public void There_are_the_36_settings_of_Kafka_4_4_and_one_hidden_one()
    {
        Assert.Equal(36, TopicConfigs.Catalog.Public.Count());
        Assert.Equal([TopicConfigNames.InternalSegmentBytes], TopicConfigs.Catalog.All.Where(definition => definition.IsInternal).Select(definition => definition.Name));
    }

    [Fact]
    public void Every_default_is_valid_and_written_as_it_would_be_shown()
    {
        foreach (ConfigDefinition definition in TopicConfigs.Catalog.Public)
        {
            Assert.Null(definition.ProblemWith(definition.Default));
            Assert.Equal(definition.Default, ConfigText.Format(definition.Parse(definition.Default)));
            Assert.EndsWith(".", definition.Documentation);
        }
    }

    [Theory]
    [InlineData("segment.bytes", "1048575")]
    [InlineData("segment.bytes", "many")]
    [InlineData("retention.ms", "-2")]
    [InlineData("cleanup.policy", "delete,shred")]
    [InlineData("cleanup.policy", "delete,delete")]
    [InlineData("cleanup.policy", "delete,,compact")]
    [InlineData("compression.type", "GZIP")]
    [InlineData("compression.gzip.level", "0")]
    [InlineData("compression.lz4.level", "18")]
    [InlineData("compression.zstd.level", "23")]
    [InlineData("min.cleanable.dirty.ratio", "1.1")]
    [InlineData("min.insync.replicas", "0")]
    [InlineData("message.timestamp.type", "createTime")]
    [InlineData("preallocate", "1")]
    [InlineData("leader.replication.throttled.replicas", "0-1")]
    [InlineData("local.retention.ms", "-3")]
    public void A_value_Kafka_refuses_is_refused_by_name(string name, string value)
    {
        ConfigException refusal = Assert.Throws<ConfigException>(() => TopicConfigs.Catalog[name].Parse(value, "the test"));
        Assert.Equal(name, refusal.Name);
        Assert.StartsWith($"Invalid value {value} for configuration {name} (the test): ", refusal.Message);
    }

    [Theory]
    [InlineData("cleanup.policy", "")]
    [InlineData("cleanup.policy", "compact, delete")]
    [InlineData("compression.gzip.level", "-1")]
    [InlineData("retention.ms", "-1")]
    [InlineData("retention.bytes", "-5")]
    [InlineData("leader.replication.throttled.replicas", "*")]
    [InlineData("leader.replication.throttled.replicas", "0:1,1:2")]
    [InlineData("segment.bytes", "1048576")]
    public void A_value_Kafka_takes_is_taken(string name, string value) => Assert.Null(TopicConfigs.Catalog[name].ProblemWith(value));

    [Fact]
    public void Retention_comes_from_the_broker_in_milliseconds_minutes_or_hours()
    {
        IReadOnlyList<ConfigSynonym> synonyms = TopicConfigs.Catalog[TopicConfigNames.RetentionMs].Synonyms;
        Assert.Equal(["log.retention.ms", "log.retention.minutes", "log.retention.hours"], synonyms.Select(synonym => synonym.Name));
        Assert.Equal(["5", "300000", "18000000"], synonyms.Select(synonym => synonym.Convert("5")));
        Assert.Equal("-1", synonyms[2].Convert("-1"));
    }
}
