using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Log.Tests.Faults;

public class FaultTests
{
    private static readonly Uuid Id = new(7, 8);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    private readonly MemoryStorage _memory;
    private readonly FaultyStorage _storage;

    public FaultTests()
    {
        _memory = new MemoryStorage(_time);
        _storage = new FaultyStorage(_memory);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public void A_full_device_refuses_appends_serves_reads_and_recovers_with_room(int tornBytes)
    {
        LogFixture fixture = new(_storage);
        fixture.AppendValues("before");
        _storage.TornBytes = tornBytes;
        _storage.Fault = (operation, _) => operation == StorageOperation.Write ? new StorageFullException("full") : null;

        for (int loop = 0; loop < 3; loop++)
        {
            Assert.Equal(ErrorCode.KafkaStorageError, fixture.Append(Batches.Of(1, "refused")).ErrorCode);
            Assert.Equal([(0, "before")], fixture.ReadAll());
        }

        _storage.Fault = (_, _) => null;
        Assert.Equal(1, fixture.AppendValues("after").FirstOffset);
        Assert.Equal([(0, "before"), (1, "after")], fixture.ReadAll());
        LogFixture killed = new(_memory.Copy(), isClean: false);
        Assert.Equal([(0, "before"), (1, "after")], killed.ReadAll());
    }

    [Fact]
    public void A_roll_that_a_full_device_stops_is_done_again()
    {
        LogFixture fixture = new(_storage, LogConfig.Default with { SegmentBytes = 100 });
        fixture.AppendValues("before");
        _storage.Fault = (operation, path) => operation == StorageOperation.Write && !path.EndsWith(".log", StringComparison.Ordinal) ? new StorageFullException("full") : null;
        Assert.Equal(ErrorCode.KafkaStorageError, fixture.Append(Batches.Of(1, "refused")).ErrorCode);

        _storage.Fault = (_, _) => null;
        fixture.AppendValues("after");

        Assert.Equal([(0, "before"), (1, "after")], fixture.ReadAll());
        Assert.Equal(2, fixture.Log.SegmentCount);
        fixture.Restart();
        Assert.Equal([(0, "before"), (1, "after")], fixture.ReadAll());
    }

    [Fact]
    public void After_a_failed_flush_nothing_is_acknowledged_any_more()
    {
        LogFixture fixture = new(_storage, LogConfig.Default with { FlushMessages = 1 });
        fixture.AppendValues("durable");
        fixture.Flushes.RunAll();
        _storage.Fault = (operation, path) => operation == StorageOperation.Flush && path.EndsWith(".log", StringComparison.Ordinal) ? new IOException("EIO") : null;

        fixture.AppendValues("lost");
        fixture.Flushes.RunAll();
        _storage.Fault = (_, _) => null;

        Assert.Equal(ErrorCode.KafkaStorageError, fixture.Append(Batches.Of(1, "later")).ErrorCode);
        fixture.Flushes.RunAll();
        fixture.Log.AdvanceHighWatermark(fixture.Log.LogEndOffset);
        Assert.Equal((1, 1, 1), (fixture.Log.RecoveryPoint, fixture.Log.AcknowledgeableOffset, fixture.Log.HighWatermark));
        Assert.True(fixture.Log.IsFailed);
    }

    [Fact]
    public void A_failing_device_takes_its_directory_offline_and_the_others_serve_on()
    {
        using LogManager manager = Open("/a", "/b");
        List<LogDirectory> offline = [];
        manager.OnDirectoryOffline = offline.Add;
        PartitionLog first = manager.GetOrCreate(new TopicPartition("t", 0), Id, LogConfig.Default);
        PartitionLog second = manager.GetOrCreate(new TopicPartition("t", 1), Id, LogConfig.Default);
        Assert.StartsWith("/a", first.DirectoryPath, StringComparison.Ordinal);
        Assert.StartsWith("/b", second.DirectoryPath, StringComparison.Ordinal);
        _storage.Fault = (operation, path) => operation == StorageOperation.Write && path.StartsWith("/a", StringComparison.Ordinal) ? new IOException("EIO") : null;

        Assert.Equal(ErrorCode.KafkaStorageError, first.AppendAsLeader(Batches.Of(1, "x"), 0).ErrorCode);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(SpinWait.SpinUntil(() => offline.Count == 1, 5000));
        Assert.Equal("/a", offline[0].Path);
        Assert.Equal([false, true], manager.Directories.Select(directory => directory.IsOnline));
        Assert.False(manager.TryGet(first.TopicPartition, out _));
        Assert.Equal(ErrorCode.KafkaStorageError, first.AppendAsLeader(Batches.Of(1, "x"), 0).ErrorCode);
        Assert.Equal(ErrorCode.None, second.AppendAsLeader(Batches.Of(1, "x"), 0).ErrorCode);
        Assert.StartsWith("/b", manager.GetOrCreate(new TopicPartition("t", 2), Id, LogConfig.Default).DirectoryPath, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_cannot_be_read_is_offline_from_the_start_and_the_last_one_stops_it()
    {
        Open("/a", "/b").Close();
        _storage.Fault = (operation, path) => operation == StorageOperation.Open && path.StartsWith("/a", StringComparison.Ordinal) ? new IOException("EIO") : null;

        using (LogManager manager = Open("/a", "/b"))
        {
            Assert.Equal([false, true], manager.Directories.Select(directory => directory.IsOnline));
        }

        _storage.Fault = (operation, _) => operation == StorageOperation.Open ? new IOException("EIO") : null;
        Assert.Throws<LogDirectoryException>(() => Open("/a", "/b"));
    }

    [Fact]
    public void No_log_is_made_in_place_of_one_in_a_directory_that_is_offline()
    {
        TopicPartition[] partitions = [new("t", 0), new("t", 1)];
        Uuid missing;
        using (LogManager manager = Open("/a", "/b"))
        {
            Array.ForEach(partitions, partition => manager.GetOrCreate(partition, Id, LogConfig.Default).AppendAsLeader(Batches.Of(1, "x"), 0));
            missing = manager.DirectoryOf(partitions[1])!.DirectoryId;
        }

        _storage.Fault = (_, path) => path.StartsWith("/b", StringComparison.Ordinal) ? new IOException("EIO") : null;
        using (LogManager manager = Open("/a", "/b"))
        {
            manager.LoadLogs(_ => LogConfig.Default);
            Assert.Throws<IOException>(() => manager.GetOrCreate(partitions[1], Id, LogConfig.Default, missing));
            Assert.StartsWith("/a", manager.GetOrCreate(new TopicPartition("new", 0), Id, LogConfig.Default).DirectoryPath, StringComparison.Ordinal);
        }

        _storage.Fault = (_, _) => null;
        using LogManager again = Open("/a", "/b");
        again.LoadLogs(_ => LogConfig.Default);
        Assert.Equal(1, again.GetOrCreate(partitions[1], Id, LogConfig.Default, missing).LogEndOffset);
    }

    [Fact]
    public void A_truncation_that_the_device_refuses_takes_the_log_offline()
    {
        LogFixture fixture = new(_storage);
        fixture.AppendValues("a");
        fixture.AppendValues("b");
        _storage.Fault = (operation, _) => operation == StorageOperation.Truncate ? new IOException("EIO") : null;

        Assert.Throws<IOException>(() => fixture.Log.TruncateTo(1));

        _storage.Fault = (_, _) => null;
        Assert.Equal(ErrorCode.KafkaStorageError, fixture.Append(Batches.Of(1, "c")).ErrorCode);
    }

    [Fact]
    public void A_stop_that_could_not_write_everything_is_no_clean_one()
    {
        LogManager manager = Open("/a");
        manager.GetOrCreate(new TopicPartition("t", 0), Id, LogConfig.Default).AppendAsLeader(Batches.Of(1, "x"), 0);
        _storage.Fault = (operation, path) => operation == StorageOperation.Open && path.EndsWith(".snapshot", StringComparison.Ordinal) ? new IOException("EIO") : null;

        manager.Close();

        Assert.False(_memory.FileExists("/a/.kafka_cleanshutdown"));
        _storage.Fault = (_, _) => null;
        using LogManager again = Open("/a");
        again.LoadLogs(_ => LogConfig.Default);
        Assert.True(again.TryGet(new TopicPartition("t", 0), out PartitionLog? log));
        Assert.Equal(1, log.LogEndOffset);
    }

    [Fact]
    public void A_read_that_fails_is_a_storage_error()
    {
        LogFixture fixture = new(_storage);
        for (int index = 0; index < 30; index++)
        {
            fixture.AppendValues("x");
        }

        _storage.Fault = (operation, _) => operation == StorageOperation.Read ? new IOException("EIO") : null;

        Assert.Equal(ErrorCode.KafkaStorageError, fixture.Log.Read(0, 1, FetchIsolation.LogEnd, true).ErrorCode);
    }

    private LogManager Open(params string[] directories) => LogManager.Open(
        new LogContext(_storage, _time, new Random(3), NullLogger.Instance),
        new LogManagerOptions { LogDirs = directories, ClusterId = "cluster", NodeId = 1 });
}
