using Compat.Log.Configuration;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Description;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Configuration;

public class ConfigDescriberTests
{
    private static readonly Dictionary<string, string> None = [];

    [Fact]
    public void A_topic_that_sets_nothing_shows_all_36_settings_with_the_broker_s_values()
    {
        ConfigEntry[] entries = [.. new ConfigDescriber(TestConfig.Load()).Topic(None)];
        Assert.Equal(36, entries.Length);
        Assert.Equal(entries.Select(entry => entry.Name).Order(StringComparer.Ordinal), entries.Select(entry => entry.Name));
        ConfigEntry retention = Entry(entries, "retention.ms");
        Assert.Equal("604800000", retention.Value);
        Assert.Equal(ConfigSource.Default, retention.Source);
        Assert.Equal([new ConfigSynonymValue("log.retention.hours", "168", ConfigSource.Default)], retention.Chain);
        Assert.All(entries, entry => Assert.False(entry.IsReadOnly || entry.IsSensitive));
    }

    [Fact]
    public void The_chain_of_a_topic_setting_goes_from_the_topic_to_the_default()
    {
        BrokerConfig broker = TestConfig.Load("log.segment.bytes=2000000").WithDynamic(
            new Dictionary<string, string> { ["log.segment.bytes"] = "3000000" },
            new Dictionary<string, string> { ["log.segment.bytes"] = "4000000" });
        ConfigEntry entry = Entry(new ConfigDescriber(broker).Topic(new Dictionary<string, string> { ["segment.bytes"] = "5000000" }), "segment.bytes");
        Assert.Equal("5000000", entry.Value);
        Assert.Equal(
            [
                new ConfigSynonymValue("segment.bytes", "5000000", ConfigSource.Topic),
                new ConfigSynonymValue("log.segment.bytes", "4000000", ConfigSource.DynamicBroker),
                new ConfigSynonymValue("log.segment.bytes", "3000000", ConfigSource.DynamicDefaultBroker),
                new ConfigSynonymValue("log.segment.bytes", "2000000", ConfigSource.StaticBroker),
                new ConfigSynonymValue("log.segment.bytes", "1073741824", ConfigSource.Default),
            ],
            entry.Chain);
    }

    [Fact]
    public void A_topic_takes_the_broker_s_hours_in_milliseconds()
    {
        ConfigEntry entry = Entry(new ConfigDescriber(TestConfig.Load("log.retention.hours=2")).Topic(None), "retention.ms");
        Assert.Equal("7200000", entry.Value);
        Assert.Equal(ConfigSource.StaticBroker, entry.Source);
        Assert.Equal("2", entry.Chain[0].Value);
    }

    [Fact]
    public void A_hidden_topic_setting_is_shown_once_it_is_set() =>
        Assert.Equal("512", Entry(new ConfigDescriber(TestConfig.Load()).Topic(new Dictionary<string, string> { ["internal.segment.bytes"] = "512" }), "internal.segment.bytes").Value);

    [Fact]
    public void A_broker_shows_every_public_setting_with_its_source()
    {
        ConfigEntry[] entries = [.. new ConfigDescriber(TestConfig.Load("num.io.threads=3")).Broker()];
        Assert.Equal(BrokerConfigs.Catalog.Public.Count(definition => !definition.IsDynamicOnly), entries.Length);
        ConfigEntry threads = Entry(entries, "num.io.threads");
        Assert.Equal(("3", ConfigSource.StaticBroker, false), (threads.Value, threads.Source, threads.IsReadOnly));
        ConfigEntry nodeId = Entry(entries, "node.id");
        Assert.Equal(("1", ConfigSource.StaticBroker, true), (nodeId.Value, nodeId.Source, nodeId.IsReadOnly));
        Assert.Equal(ConfigSource.Default, Entry(entries, "fetch.max.bytes").Source);
    }

    [Fact]
    public void Each_unit_of_a_broker_setting_has_its_own_value_and_the_chain_below_it()
    {
        ConfigEntry[] entries = [.. new ConfigDescriber(TestConfig.Load("log.retention.ms=5", "log.retention.hours=1")).Broker()];
        Assert.Equal("5", Entry(entries, "log.retention.ms").Value);
        Assert.Equal(["log.retention.ms", "log.retention.hours", "log.retention.hours"], Entry(entries, "log.retention.ms").Chain.Select(value => value.Name));
        Assert.Null(Entry(entries, "log.retention.minutes").Value);
        Assert.Equal("1", Entry(entries, "log.retention.hours").Value);
        Assert.Equal(["log.retention.hours", "log.retention.hours"], Entry(entries, "log.retention.hours").Chain.Select(value => value.Name));
    }

    [Fact]
    public void A_dynamic_only_setting_is_shown_once_it_is_set()
    {
        BrokerConfig broker = TestConfig.Load();
        const string Name = "leader.replication.throttled.rate";
        Assert.DoesNotContain(new ConfigDescriber(broker).Broker(), entry => entry.Name == Name);
        broker = broker.WithDynamic(None, new Dictionary<string, string> { [Name] = "9" });
        Assert.Equal("9", Entry(new ConfigDescriber(broker).Broker(), Name).Value);
    }

    [Fact]
    public void Passwords_and_unknown_settings_are_not_shown()
    {
        ConfigEntry[] entries = [.. new ConfigDescriber(TestConfig.Load("ssl.key.password=secret", "my.setting=x")).Broker()];
        foreach (string name in new[] { "ssl.key.password", "my.setting" })
        {
            DescribeConfigsResponse.DescribeConfigsResourceResult result = Entry(entries, name).ToResult(includeSynonyms: true, includeDocumentation: true);
            Assert.True(result.IsSensitive);
            Assert.Null(result.Value);
            Assert.All(result.Synonyms, synonym => Assert.Null(synonym.Value));
        }

        Assert.Equal((sbyte)ConfigType.Password, Entry(entries, "ssl.key.password").ToResult(false, false).ConfigType);
        Assert.Equal(0, Entry(entries, "my.setting").ToResult(false, false).ConfigType);
    }

    [Fact]
    public void The_default_broker_shows_what_the_cluster_sets_and_nothing_else()
    {
        BrokerConfig broker = TestConfig.Load("log.retention.ms=5").WithDynamic(new Dictionary<string, string> { ["log.retention.ms"] = "6" }, None);
        ConfigEntry entry = Assert.Single(new ConfigDescriber(broker).BrokerDefaults());
        Assert.Equal(("log.retention.ms", "6", ConfigSource.DynamicDefaultBroker), (entry.Name, entry.Value, entry.Source));
    }

    [Fact]
    public void A_group_shows_27_settings_with_the_broker_s_values_behind_them()
    {
        ConfigEntry[] entries = [.. new ConfigDescriber(TestConfig.Load("group.consumer.session.timeout.ms=50000"))
            .Group(new Dictionary<string, string> { ["share.isolation.level"] = "read_committed" })];
        Assert.Equal(27, entries.Length);
        ConfigEntry session = Entry(entries, "consumer.session.timeout.ms");
        Assert.Equal(("50000", ConfigSource.StaticBroker), (session.Value, session.Source));
        ConfigEntry isolation = Entry(entries, "share.isolation.level");
        Assert.Equal(("read_committed", ConfigSource.Group), (isolation.Value, isolation.Source));
        ConfigEntry reset = Entry(entries, "share.auto.offset.reset");
        Assert.Equal(("latest", ConfigSource.Default), (reset.Value, reset.Source));
        Assert.Single(reset.Chain);
    }

    [Fact]
    public void A_subscription_to_client_metrics_shows_three_settings()
    {
        ConfigEntry[] entries = [.. new ConfigDescriber(TestConfig.Load()).ClientMetrics(new Dictionary<string, string> { ["metrics"] = "*" })];
        Assert.Equal(["interval.ms", "match", "metrics"], entries.Select(entry => entry.Name));
        Assert.Equal([ConfigSource.Default, ConfigSource.Default, ConfigSource.ClientMetrics], entries.Select(entry => entry.Source));
        Assert.Equal("300000", entries[0].Value);
    }

    [Fact]
    public void Synonyms_and_documentation_are_told_when_asked_for()
    {
        ConfigEntry entry = Entry(new ConfigDescriber(TestConfig.Load()).Topic(None), "cleanup.policy");
        DescribeConfigsResponse.DescribeConfigsResourceResult bare = entry.ToResult(includeSynonyms: false, includeDocumentation: false);
        Assert.Empty(bare.Synonyms);
        Assert.Null(bare.Documentation);
        DescribeConfigsResponse.DescribeConfigsResourceResult full = entry.ToResult(includeSynonyms: true, includeDocumentation: true);
        Assert.Equal("log.cleanup.policy", Assert.Single(full.Synonyms).Name);
        Assert.Equal(TopicConfigs.Catalog["cleanup.policy"].Documentation, full.Documentation);
        Assert.Equal((sbyte)ConfigType.List, full.ConfigType);
        Assert.Equal(5, full.ConfigSource);
    }

    private static ConfigEntry Entry(IEnumerable<ConfigEntry> entries, string name) => entries.Single(entry => entry.Name == name);
}
