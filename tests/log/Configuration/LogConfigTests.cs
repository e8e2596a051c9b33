using Compat.Log.Configuration;

namespace Compat.Log.Tests.Configuration;

public class LogConfigTests
{
    [Fact]
    public void A_topic_that_sets_nothing_has_Kafkas_defaults()
    {
        LogConfig config = LogConfig.Default;
        Assert.Equal(1024 * 1024 * 1024, config.SegmentBytes);
        Assert.Equal(TimeSpan.FromDays(7), TimeSpan.FromMilliseconds(config.SegmentMs));
        Assert.Equal(TimeSpan.FromDays(7), TimeSpan.FromMilliseconds(config.RetentionMs));
        Assert.Equal(-1, config.RetentionBytes);
        Assert.Equal(1048588, config.MaxMessageBytes);
        Assert.True(config.CleanupDelete);
        Assert.False(config.CleanupCompact);
        Assert.Equal(BrokerCompressionType.Producer, config.CompressionType);
        Assert.Equal(MessageTimestampType.CreateTime, config.MessageTimestampType);
        Assert.Equal(long.MaxValue, config.FlushMessages);
    }

    [Fact]
    public void A_topics_own_value_wins_over_the_brokers()
    {
        Dictionary<string, string?> broker = new() { ["retention.ms"] = "1000", ["retention.bytes"] = "7" };
        LogConfig config = LogConfig.From(broker, new Dictionary<string, string?> { ["retention.ms"] = "2000" });
        Assert.Equal(2000, config.RetentionMs);
        Assert.Equal(7, config.RetentionBytes);
    }

    [Fact]
    public void Both_cleanup_policies_or_neither_may_be_in_force()
    {
        LogConfig both = LogConfig.From(new Dictionary<string, string?> { ["cleanup.policy"] = "compact,delete" });
        Assert.True(both.CleanupCompact && both.CleanupDelete);
        LogConfig neither = LogConfig.From(new Dictionary<string, string?> { ["cleanup.policy"] = "" });
        Assert.False(neither.CleanupCompact || neither.CleanupDelete);
    }

    [Fact]
    public void The_segment_age_of_a_compacted_topic_is_bounded_by_its_compaction_lag()
    {
        LogConfig config = LogConfig.From(new Dictionary<string, string?> { ["cleanup.policy"] = "compact", ["max.compaction.lag.ms"] = "60" });
        Assert.Equal(60, config.MaxSegmentMs);
        Assert.Equal(config.SegmentMs, LogConfig.Default.MaxSegmentMs);
    }

    [Fact]
    public void The_compression_level_is_that_of_the_codec_in_force()
    {
        LogConfig config = LogConfig.From(new Dictionary<string, string?> { ["compression.type"] = "zstd", ["compression.zstd.level"] = "19" });
        Assert.Equal(BrokerCompressionType.Zstd, config.CompressionType);
        Assert.Equal(19, config.CompressionLevel);
        Assert.Equal(-1, LogConfig.Default.CompressionLevel);
    }

    [Fact]
    public void Tests_may_have_segments_smaller_than_users_may()
    {
        LogConfig config = LogConfig.From(new Dictionary<string, string?> { ["internal.segment.bytes"] = "512" });
        Assert.Equal(512, config.SegmentBytes);
    }

    [Fact]
    public void A_bad_value_is_refused_by_name() =>
        Assert.Equal("retention.ms", Assert.Throws<ConfigException>(() => LogConfig.From(new Dictionary<string, string?> { ["retention.ms"] = "-2" })).Name);
}
