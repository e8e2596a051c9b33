using System.Reflection;
using Compat.Log.Cleaning;
using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Log.Tests.Cleaning;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Tests.Configuration;

/// <summary>
/// What each topic setting changes in a log, set by its name while the log is open. Settings of replication and of remote
/// storage are not the log's; every other one that is said to have an effect has a test here.
/// </summary>
public class TopicSettingsTests
{
    private const string Setting = "setting";
    private static readonly int BatchSize = Batches.Of(0, "1234567890").Length;

    // What belongs to other layers.
    private static readonly string[] Elsewhere = ["replica", "leader.election", "remote.", "local.", "errors."];

    private readonly Dictionary<string, string?> _settings = new(StringComparer.Ordinal);
    private readonly LogFixture _fixture = new();

    [Fact]
    public void Every_setting_of_the_log_has_a_test()
    {
        IEnumerable<string> tested = GetType().GetMethods().SelectMany(method => method.GetCustomAttributes<TraitAttribute>()).Select(trait => trait.Value);
        IEnumerable<string> settings = TopicConfigs.Catalog.Public.Where(definition => definition.Effect.IsImplemented).Select(definition => definition.Name);

        Assert.Empty(settings.Where(name => !Array.Exists(Elsewhere, part => name.Contains(part, StringComparison.Ordinal))).Except(tested));
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.SegmentBytes)]
    public void Segment_bytes_closes_a_full_segment()
    {
        Append(40_000);
        Append(40_000);
        Assert.Equal(1, _fixture.Log.SegmentCount);

        Set(TopicConfigNames.SegmentBytes, "1048576");
        for (int index = 0; index < 15; index++)
        {
            Append(40_000);
        }

        Assert.Equal(2, _fixture.Log.SegmentCount);
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.SegmentMs)]
    public void Segment_ms_closes_an_old_segment()
    {
        Append();
        Advance(5000);
        Append();
        Assert.Equal(1, _fixture.Log.SegmentCount);

        Set(TopicConfigNames.SegmentMs, "4999");
        Append();

        Assert.Equal(2, _fixture.Log.SegmentCount);
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.SegmentJitterMs)]
    public void Segment_jitter_ms_closes_each_segment_earlier_by_a_time_of_its_own()
    {
        Set(TopicConfigNames.SegmentMs, "1000");
        Set(TopicConfigNames.SegmentJitterMs, "900");
        HashSet<int> ages = [];
        for (int segment = 0; segment < 20; segment++)
        {
            _fixture.Log.Roll();
            int count = _fixture.Log.SegmentCount;
            int age = 0;
            Append();
            while (_fixture.Log.SegmentCount == count)
            {
                age += 50;
                Advance(50);
                Append();
            }

            ages.Add(age);
        }

        Assert.All(ages, age => Assert.InRange(age, 100, 1050));
        Assert.InRange(ages.Count, 5, 20);
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.SegmentIndexBytes)]
    public void Segment_index_bytes_closes_a_segment_whose_index_is_full()
    {
        Set(TopicConfigNames.IndexIntervalBytes, "0");
        for (int index = 0; index < 10; index++)
        {
            Append();
        }

        Assert.Equal(1, _fixture.Log.SegmentCount);

        Set(TopicConfigNames.SegmentIndexBytes, "48");
        Append();

        Assert.Equal(2, _fixture.Log.SegmentCount);
    }

    [Theory]
    [Trait(Setting, TopicConfigNames.IndexIntervalBytes)]
    [InlineData("0", 9)]
    [InlineData("150", 4)]
    [InlineData("4096", 0)]
    public void Index_interval_bytes_is_how_far_index_entries_lie_apart(string interval, int entries)
    {
        Set(TopicConfigNames.IndexIntervalBytes, interval);
        for (int index = 0; index < 10; index++)
        {
            Append();
        }

        _fixture.Log.Roll();

        Assert.Equal(entries * 8, _fixture.Storage.ReadAllBytes($"{_fixture.Directory}/00000000000000000000.index")!.Length);
    }

    [Theory]
    [Trait(Setting, TopicConfigNames.Preallocate)]
    [InlineData("false", 0)]
    [InlineData("true", 1048576)]
    public void Preallocate_reserves_room_for_a_segment(string value, long expected)
    {
        RecordingStorage.Wrap(new MemoryStorage(_fixture.Time), out List<(string Path, long Bytes)> reserved, out IStorage storage);
        LogFixture fixture = new(storage);
        Set(TopicConfigNames.SegmentBytes, "1048576", fixture);
        Set(TopicConfigNames.Preallocate, value, fixture);

        fixture.AppendValues("a");

        Assert.Equal([expected], reserved.Where(each => each.Path.EndsWith(".log", StringComparison.Ordinal)).Select(each => each.Bytes));
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.FlushMessages)]
    public void Flush_messages_puts_records_on_the_device_with_their_append()
    {
        Append();
        Assert.Equal(0, _fixture.Log.RecoveryPoint);

        Set(TopicConfigNames.FlushMessages, "2");
        Append();
        _fixture.Flushes.RunAll();

        Assert.Equal(2, _fixture.Log.RecoveryPoint);
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.FlushMs)]
    public void Flush_ms_puts_records_on_the_device_after_its_time()
    {
        Set(TopicConfigNames.FlushMs, "500");
        Append();
        Advance(499);
        Assert.Equal(0, _fixture.Log.RecoveryPoint);

        Advance(1);

        Assert.True(SpinWait.SpinUntil(() => _fixture.Log.RecoveryPoint == 1 || _fixture.Flushes.Count > 0, 5000));
        _fixture.Flushes.RunAll();
        Assert.Equal(1, _fixture.Log.RecoveryPoint);
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.RetentionMs)]
    public void Retention_ms_deletes_what_is_older()
    {
        Append();
        _fixture.Log.Roll();
        Append();
        _fixture.Log.AdvanceHighWatermark(2);
        Advance(10_000);
        Assert.Equal(0, _fixture.Log.DeleteOldSegments());

        Set(TopicConfigNames.RetentionMs, "9999");

        Assert.Equal(2, _fixture.Log.DeleteOldSegments());
        Assert.Equal((2, 2), (_fixture.Log.LogStartOffset, _fixture.Log.LogEndOffset));
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.RetentionBytes)]
    public void Retention_bytes_deletes_what_is_more()
    {
        for (int index = 0; index < 4; index++)
        {
            Append();
            _fixture.Log.Roll();
        }

        _fixture.Log.AdvanceHighWatermark(4);
        Assert.Equal(0, _fixture.Log.DeleteOldSegments());

        Set(TopicConfigNames.RetentionBytes, $"{2 * BatchSize}");

        Assert.Equal(2, _fixture.Log.DeleteOldSegments());
        Assert.Equal(2, _fixture.Log.LogStartOffset);
    }

    [Theory]
    [Trait(Setting, TopicConfigNames.CleanupPolicy)]
    [InlineData("delete", 2, false)]
    [InlineData("compact", 0, true)]
    [InlineData("compact,delete", 2, true)]
    [InlineData("", 0, false)]
    public void Cleanup_policy_says_what_happens_to_old_records(string policy, int deleted, bool isCompacted)
    {
        Append(key: "a");
        Append(key: "a");
        _fixture.Log.Roll();
        Append(key: "a");
        _fixture.Log.AdvanceHighWatermark(3);
        Set(TopicConfigNames.CleanupPolicy, policy);
        Assert.Equal(isCompacted ? ErrorCode.InvalidRecord : ErrorCode.None, _fixture.Append(Batches.Of(_fixture.NowMs, "no key")).ErrorCode);
        Assert.Equal(isCompacted, Clean());
        Set(TopicConfigNames.RetentionMs, "1");
        Advance(10);
        _fixture.Log.AdvanceHighWatermark(_fixture.Log.LogEndOffset);

        Assert.Equal(deleted, _fixture.Log.DeleteOldSegments());
    }

    [Theory]
    [Trait(Setting, TopicConfigNames.FileDeleteDelayMs)]
    [InlineData("0", 1)]
    [InlineData("30000", 30_000)]
    public void File_delete_delay_ms_is_how_long_files_stay_that_left_the_log(string delay, int milliseconds)
    {
        Set(TopicConfigNames.FileDeleteDelayMs, delay);
        Append();
        _fixture.Log.Roll();
        Append();
        _fixture.Log.AdvanceHighWatermark(2);
        _fixture.Log.DeleteRecordsBefore(1);
        Assert.Equal(1, _fixture.Log.DeleteOldSegments());
        if (milliseconds > 1)
        {
            Advance(milliseconds - 1);
            Assert.Contains("00000000000000000000.log.deleted", _fixture.FileNames());
        }

        Advance(1);

        Assert.True(SpinWait.SpinUntil(() => !_fixture.FileNames().Contains("00000000000000000000.log.deleted"), 5000));
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.DeleteRetentionMs)]
    public void Delete_retention_ms_is_how_long_a_tombstone_stays()
    {
        CompactedWithDirt(("a", null));
        Set(TopicConfigNames.DeleteRetentionMs, "100");
        Assert.True(Clean());
        Assert.Equal(_fixture.NowMs + 100, _fixture.Log.ReadBatches(0).First().DeleteHorizonMs);

        Advance(100);
        Append(key: "b");
        _fixture.Log.AdvanceHighWatermark(_fixture.Log.LogEndOffset);
        _fixture.Log.Roll();
        Assert.True(Clean());

        Assert.DoesNotContain(Keyed.Records(_fixture.Log.ReadBatches(0)), record => record.Key == "a");
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.MinCompactionLagMs)]
    public void Min_compaction_lag_ms_keeps_young_records()
    {
        CompactedWithDirt(("a", "1"), ("a", "2"));
        Set(TopicConfigNames.MinCompactionLagMs, "100");
        Assert.False(Clean());

        Advance(100);

        Assert.True(Clean());
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.MaxCompactionLagMs)]
    public void Max_compaction_lag_ms_cleans_old_records_however_few_they_are()
    {
        CompactedWithDirt(("a", "1"), ("a", "2"));
        Set(TopicConfigNames.MinCleanableDirtyRatio, "1");
        Advance(100);
        Assert.False(Clean());

        Set(TopicConfigNames.MaxCompactionLagMs, "99");

        Assert.True(Clean());
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.MinCleanableDirtyRatio)]
    public void Min_cleanable_dirty_ratio_is_how_much_dirt_is_worth_a_cleaning()
    {
        CompactedWithDirt(("a", "1"), ("b", "1"));
        Assert.True(Clean());
        Append(key: "c");
        _fixture.Log.AdvanceHighWatermark(_fixture.Log.LogEndOffset);
        _fixture.Log.Roll();
        Set(TopicConfigNames.MinCleanableDirtyRatio, "0.9");
        Assert.False(Clean());

        Set(TopicConfigNames.MinCleanableDirtyRatio, "0.1");

        Assert.True(Clean());
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.MaxMessageBytes)]
    public void Max_message_bytes_refuses_larger_batches()
    {
        byte[] batch = Batches.Of(_fixture.NowMs, "1234567890");
        Set(TopicConfigNames.MaxMessageBytes, $"{batch.Length - 1}");
        Assert.Equal(ErrorCode.MessageTooLarge, _fixture.Append([.. batch]).ErrorCode);

        Set(TopicConfigNames.MaxMessageBytes, $"{batch.Length}");

        Assert.Equal(ErrorCode.None, _fixture.Append([.. batch]).ErrorCode);
    }

    [Theory]
    [Trait(Setting, TopicConfigNames.CompressionType)]
    [InlineData("producer", CompressionType.Snappy)]
    [InlineData("uncompressed", CompressionType.None)]
    [InlineData("gzip", CompressionType.Gzip)]
    [InlineData("snappy", CompressionType.Snappy)]
    [InlineData("lz4", CompressionType.Lz4)]
    [InlineData("zstd", CompressionType.Zstd)]
    public void Compression_type_is_the_codec_of_what_is_stored(string value, CompressionType stored)
    {
        Set(TopicConfigNames.CompressionType, value);
        foreach (CompressionType sent in Enum.GetValues<CompressionType>())
        {
            RecordBatchBuilder builder = new() { Compression = Compression.Of(sent), ProducerId = 7, ProducerEpoch = 1, BaseSequence = 10 * (int)sent };
            byte[] batch = Keyed.Build(builder, _fixture.NowMs - 5, [.. Enumerable.Range(0, 10).Select(index => ((string?)$"k{index}", (string?)$"value {index}"))]);
            RecordBatch before = new(batch.ToArray());
            Assert.Equal(ErrorCode.None, _fixture.Append(batch).ErrorCode);

            RecordBatch after = new(_fixture.Log.ReadBatches(_fixture.Log.LogEndOffset - 1).Select(batch => batch.Memory.ToArray()).Single());
            Assert.Equal(value == "producer" ? sent : stored, after.CompressionType);
            Assert.Equal((7L, (short)1, before.BaseSequence), (after.ProducerId, after.ProducerEpoch, after.BaseSequence));
            Assert.Equal((before.LastSequence, before.MaxTimestamp), (after.LastSequence, after.MaxTimestamp));
            Assert.Equal(Keyed.Records([before]).Select(record => record with { Offset = record.Offset + after.BaseOffset }), Keyed.Records([after]));
        }
    }

    [Theory]
    [Trait(Setting, TopicConfigNames.CompressionGzipLevel)]
    [Trait(Setting, TopicConfigNames.CompressionLz4Level)]
    [Trait(Setting, TopicConfigNames.CompressionZstdLevel)]
    [InlineData("gzip", TopicConfigNames.CompressionGzipLevel, "1", "9")]
    [InlineData("lz4", TopicConfigNames.CompressionLz4Level, "1", "17")]
    [InlineData("zstd", TopicConfigNames.CompressionZstdLevel, "-100", "19")]
    public void A_compression_level_is_how_hard_the_codec_tries(string codec, string setting, string low, string high)
    {
        Set(TopicConfigNames.CompressionType, codec);
        Random random = new(1);
        string text = string.Join(' ', Enumerable.Range(0, 20_000).Select(_ => $"word{random.Next(300)}"));
        List<int> sizes = [];
        foreach (string level in new[] { low, high })
        {
            Set(setting, level);
            _fixture.AppendValues(text);
            sizes.Add(_fixture.Log.ReadBatches(sizes.Count).Single().SizeInBytes);
        }

        Assert.InRange(sizes[1], 1, sizes[0] * 95 / 100);
        Assert.Equal([(0, text), (1, text)], _fixture.ReadAll());
    }

    [Fact]
    [Trait(Setting, TopicConfigNames.MessageTimestampType)]
    public void Message_timestamp_type_says_whose_time_a_record_has()
    {
        AppendResult own = _fixture.Append(Batches.Of(_fixture.NowMs - 7, "a"));
        Set(TopicConfigNames.MessageTimestampType, "LogAppendTime");
        AppendResult brokers = _fixture.Append(Batches.Of(_fixture.NowMs - 7, "a"));

        Assert.Equal((-1, _fixture.NowMs), (own.LogAppendTimeMs, brokers.LogAppendTimeMs));
        Assert.Equal(
            [(TimestampType.CreateTime, _fixture.NowMs - 7), (TimestampType.LogAppendTime, _fixture.NowMs)],
            _fixture.Log.ReadBatches(0).Select(batch => (batch.TimestampType, batch.MaxTimestamp)));
    }

    [Theory]
    [Trait(Setting, TopicConfigNames.MessageTimestampBeforeMaxMs)]
    [Trait(Setting, TopicConfigNames.MessageTimestampAfterMaxMs)]
    [InlineData(TopicConfigNames.MessageTimestampBeforeMaxMs, -1)]
    [InlineData(TopicConfigNames.MessageTimestampAfterMaxMs, 1)]
    public void Message_timestamp_max_ms_refuses_times_that_are_further_away(string setting, int direction)
    {
        Set(setting, "1000");

        Assert.Equal(ErrorCode.InvalidTimestamp, _fixture.Append(Batches.Of(_fixture.NowMs + (1001 * direction), "a")).ErrorCode);
        Assert.Equal(ErrorCode.None, _fixture.Append(Batches.Of(_fixture.NowMs + (1000 * direction), "a")).ErrorCode);

        Set(setting, "1001");
        Assert.Equal(ErrorCode.None, _fixture.Append(Batches.Of(_fixture.NowMs + (1001 * direction), "a")).ErrorCode);
    }

    // As the metadata sets it: by name, on an open log.
    private void Set(string name, string value, LogFixture? fixture = null)
    {
        _settings[name] = value;
        (fixture ?? _fixture).Log.Config = LogConfig.From(_settings);
    }

    private void Advance(long milliseconds) => _fixture.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    private void Append(int valueBytes = 10, string? key = null)
    {
        AppendResult result = _fixture.Append(Keyed.Build(new RecordBatchBuilder(), _fixture.NowMs, (key, new string('x', valueBytes))));
        Assert.Equal(ErrorCode.None, result.ErrorCode);
    }

    private void CompactedWithDirt(params (string? Key, string? Value)[] records)
    {
        Set(TopicConfigNames.CleanupPolicy, "compact");
        Set(TopicConfigNames.MinCleanableDirtyRatio, "0");
        Assert.Equal(ErrorCode.None, _fixture.Append(Keyed.Batch(_fixture.NowMs, records)).ErrorCode);
        _fixture.Log.AdvanceHighWatermark(_fixture.Log.LogEndOffset);
        _fixture.Log.Roll();
    }

    private bool Clean() => _fixture.Log.Config.CleanupCompact
        && LogToClean.Of(_fixture.Log, _fixture.NowMs) is { IsDue: true } dirty
        && new Cleaner(_fixture.Context, new CleanerLimits(1 << 20, 0.9, 4096, 4096), new CleanerPace(_fixture.Time), CancellationToken.None).Clean(dirty);

    /// <summary>Notes how much room is to be reserved for files that are opened.</summary>
    public class RecordingStorage : DispatchProxy
    {
        private IStorage? _inner;
        private List<(string, long)>? _reserved;

        internal static void Wrap(IStorage inner, out List<(string Path, long Bytes)> reserved, out IStorage storage)
        {
            storage = Create<IStorage, RecordingStorage>();
            reserved = [];
            ((RecordingStorage)storage)._inner = inner;
            ((RecordingStorage)storage)._reserved = reserved;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IStorage.Open))
            {
                _reserved!.Add(((string)args![0]!, (long)args[2]!));
            }

            return targetMethod.Invoke(_inner, args);
        }
    }
}
