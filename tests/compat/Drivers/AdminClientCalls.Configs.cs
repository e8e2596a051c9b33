using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Compat.Clients.Tests.Drivers;

internal sealed partial class AdminClientCalls
{
    private async Task DescribeConfigsAsync()
    {
        string topic = await TopicAsync();
        ConfigResource broker = new() { Type = ResourceType.Broker, Name = _admin.GetMetadata(Limit).Brokers[0].BrokerId.ToString(System.Globalization.CultureInfo.InvariantCulture) };

        List<DescribeConfigsResult> results = await _admin.DescribeConfigsAsync([Resource(topic), broker]);

        Dictionary<string, ConfigEntryResult> ofTopic = results[0].Entries;
        Assert.True(ofTopic.Count >= 30, $"only {ofTopic.Count} topic settings");
        Assert.Equal("604800000", ofTopic["retention.ms"].Value);
        Assert.True(ofTopic["retention.ms"].IsDefault);
        Assert.Equal(ConfigSource.DefaultConfig, ofTopic["retention.ms"].Source);
        Assert.All(ofTopic.Values, entry => Assert.False(entry.IsReadOnly));
        Dictionary<string, ConfigEntryResult> ofBroker = results[1].Entries;
        Assert.True(ofBroker.Count >= 100, $"only {ofBroker.Count} broker settings");
        Assert.Equal("1", ofBroker["default.replication.factor"].Value);
    }

    // The legacy call is what this test is about.
#pragma warning disable CS0618
    private async Task AlterConfigsAsync()
    {
        string topic = await TopicAsync();

        await _admin.AlterConfigsAsync(new() { [Resource(topic)] = [Entry("retention.ms", "1000000"), Entry("segment.bytes", "2000000")] });
        await _admin.AlterConfigsAsync(new() { [Resource(topic)] = [Entry("retention.ms", "3000000")] });

        // The legacy call replaces everything: what the second did not name is back at its default.
        Dictionary<string, ConfigEntryResult> entries = await EntriesAsync(topic);
        Assert.Equal("3000000", entries["retention.ms"].Value);
        Assert.True(entries["segment.bytes"].IsDefault);
        AlterConfigsException exception = await Assert.ThrowsAsync<AlterConfigsException>(() =>
            _admin.AlterConfigsAsync(new() { [Resource(topic)] = [Entry("retention.ms", "soon")] }));
        Assert.Equal(ErrorCode.InvalidConfig, exception.Results[0].Error.Code);
    }
#pragma warning restore CS0618

    private async Task IncrementalAlterConfigsAsync()
    {
        string topic = await TopicAsync();

        await IncrementAsync(topic, Entry("retention.ms", "1000000", AlterConfigOpType.Set), Entry("segment.bytes", "2000000", AlterConfigOpType.Set));
        await IncrementAsync(topic, Entry("retention.ms", null, AlterConfigOpType.Delete));
        await IncrementAsync(topic, Entry("cleanup.policy", "compact", AlterConfigOpType.Append));

        Dictionary<string, ConfigEntryResult> entries = await EntriesAsync(topic);
        Assert.True(entries["retention.ms"].IsDefault);
        Assert.Equal("2000000", entries["segment.bytes"].Value);
        Assert.Equal(ConfigSource.DynamicTopicConfig, entries["segment.bytes"].Source);
        Assert.Equal("delete,compact", entries["cleanup.policy"].Value);
        IncrementalAlterConfigsException exception = await Assert.ThrowsAsync<IncrementalAlterConfigsException>(() =>
            IncrementAsync(topic, Entry("no.such.setting", "1", AlterConfigOpType.Set)));
        Assert.Equal(ErrorCode.InvalidConfig, exception.Results[0].Error.Code);
    }

    private Task IncrementAsync(string topic, params List<ConfigEntry> entries) =>
        _admin.IncrementalAlterConfigsAsync(new() { [Resource(topic)] = entries });

    private async Task<Dictionary<string, ConfigEntryResult>> EntriesAsync(string topic) =>
        (await _admin.DescribeConfigsAsync([Resource(topic)]))[0].Entries;

    private static ConfigResource Resource(string topic) => new() { Type = ResourceType.Topic, Name = topic };

    private static ConfigEntry Entry(string name, string? value, AlterConfigOpType? operation = null)
    {
        ConfigEntry entry = new() { Name = name, Value = value };
        if (operation is { } wanted)
        {
            entry.IncrementalOperation = wanted;
        }

        return entry;
    }
}
