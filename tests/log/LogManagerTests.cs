using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Log.Tests.Faults;
using Compat.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Log.Tests;

public class LogManagerTests
{
    private static readonly TopicPartition First = new("orders", 0);
    private static readonly TopicPartition Second = new("dotted.na-me", 12);
    private static readonly Uuid Id = new(7, 8);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    private MemoryStorage _storage;

    public LogManagerTests()
    {
        _storage = new MemoryStorage(_time);
    }

    [Fact]
    public void A_directory_gets_meta_properties_of_version_1_and_keeps_its_id()
    {
        using (LogManager manager = Open())
        {
            Assert.NotEqual(Uuid.Zero, manager.Directories[0].DirectoryId);
        }

        string text = _storage.ReadAllText("/data/meta.properties")!;
        MetaProperties properties = MetaProperties.Read(_storage, "/data")!;
        Assert.Contains("version=1\n", text, StringComparison.Ordinal);
        Assert.Contains("node.id=1\n", text, StringComparison.Ordinal);
        Assert.Contains("cluster.id=cluster\n", text, StringComparison.Ordinal);
        Assert.Contains($"directory.id={properties.DirectoryId}\n", text, StringComparison.Ordinal);

        using LogManager again = Open();
        Assert.Equal(properties.DirectoryId, again.Directories[0].DirectoryId);
    }

    [Theory]
    [InlineData("other", 1)]
    [InlineData("cluster", 2)]
    public void A_directory_of_another_cluster_or_node_is_refused(string clusterId, int nodeId)
    {
        Open().Close();

        LogDirectoryException exception = Assert.Throws<LogDirectoryException>(() => Open(clusterId: clusterId, nodeId: nodeId));

        Assert.Contains("/data", exception.Message, StringComparison.Ordinal);
        Open().Close();
    }

    [Fact]
    public void A_directory_in_use_is_refused_until_it_is_given_back()
    {
        LogManager holder = Open();

        Assert.Throws<LogDirectoryException>(() => Open());

        holder.Close();
        Open().Close();
    }

    [Fact]
    public void Logs_are_found_again_after_a_clean_stop_with_all_they_had()
    {
        using (LogManager manager = Open())
        {
            PartitionLog log = manager.GetOrCreate(Second, Id, LogConfig.Default);
            Append(log, "a", "b");
            log.AdvanceHighWatermark(2);
            manager.Close(brokerEpoch: 42);
        }

        Assert.Equal("""{"version":0,"brokerEpoch":42}""", _storage.ReadAllText("/data/.kafka_cleanshutdown"));
        Assert.Equal("0\n1\ndotted.na-me 12 2\n", _storage.ReadAllText("/data/recovery-point-offset-checkpoint"));
        Assert.Equal("0\n1\ndotted.na-me 12 2\n", _storage.ReadAllText("/data/replication-offset-checkpoint"));
        Assert.Equal("0\n0\n", _storage.ReadAllText("/data/log-start-offset-checkpoint"));

        using LogManager again = Open();
        Assert.False(_storage.FileExists("/data/.kafka_cleanshutdown"));
        Assert.Equal(42, again.PreviousBrokerEpoch);
        again.LoadLogs(_ => LogConfig.Default);
        Assert.True(again.TryGet(Second, out PartitionLog? found));
        Assert.Equal((Id, 2, 2, 2), (found.TopicId, found.LogEndOffset, found.HighWatermark, found.RecoveryPoint));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_start_that_ends_before_the_logs_are_loaded_leaves_everything_as_it_was(bool isClean)
    {
        LogManager manager = Open();
        PartitionLog log = manager.GetOrCreate(First, Id, LogConfig.Default);
        Append(log, "a", "b");
        log.AdvanceHighWatermark(2);
        if (isClean)
        {
            manager.Close(brokerEpoch: 42);
        }
        else
        {
            manager.WriteHighWatermarks();
        }

        _storage = _storage.Copy();
        string? checkpoint = _storage.ReadAllText("/data/replication-offset-checkpoint");
        Open().Close(brokerEpoch: 43);

        Assert.Equal(checkpoint, _storage.ReadAllText("/data/replication-offset-checkpoint"));
        using LogManager again = Open();
        Assert.Equal(isClean, again.Directories[0].WasCleanlyShutDown);
        Assert.Equal(isClean ? 42 : -1, again.PreviousBrokerEpoch);
    }

    [Fact]
    public void After_a_kill_everything_that_was_appended_is_there()
    {
        LogManager manager = Open();
        Append(manager.GetOrCreate(First, Id, LogConfig.Default), "a", "b");
        _storage = _storage.Copy();

        using LogManager again = Open();
        again.LoadLogs(_ => LogConfig.Default);

        Assert.False(again.Directories[0].WasCleanlyShutDown);
        Assert.Equal(-1, again.PreviousBrokerEpoch);
        Assert.True(again.TryGet(First, out PartitionLog? found));
        Assert.Equal([(0, "a"), (1, "b")], Batches.Values(found.ReadBatches(0)));
    }

    [Fact]
    public void A_deleted_log_makes_way_at_once_and_leaves_the_disk_after_the_delay()
    {
        using LogManager manager = Open();
        PartitionLog old = manager.GetOrCreate(First, Id, LogConfig.Default);
        Append(old, "old");
        using LogReadResult underWay = old.Read(0, 1000, FetchIsolation.LogEnd, true);

        Assert.True(manager.Delete(First));
        PartitionLog recreated = manager.GetOrCreate(First, new Uuid(9, 9), LogConfig.Default);

        Assert.Equal(0, recreated.LogEndOffset);
        Assert.Equal(ErrorCode.KafkaStorageError, old.AppendAsLeader(Batches.Of(0, "late"), 0).ErrorCode);
        Assert.Single(_storage.List("/data"), entry => entry.Name.EndsWith("-delete", StringComparison.Ordinal));
        Assert.Equal([(0, "old")], Batches.Values(underWay.Records));

        _time.Advance(TimeSpan.FromMilliseconds(LogConfig.Default.FileDeleteDelayMs));
        WaitUntil(() => !_storage.List("/data").Any(entry => entry.Name.EndsWith("-delete", StringComparison.Ordinal)));
        Assert.True(_storage.DirectoryExists("/data/orders-0"));
    }

    [Fact]
    public void A_log_made_again_does_not_begin_with_the_checkpoints_of_the_old_one_even_after_a_crash()
    {
        LogManager manager = Open();
        PartitionLog old = manager.GetOrCreate(First, Id, LogConfig.Default);
        Append(old, "a", "b", "c");
        old.AdvanceHighWatermark(3);
        old.DeleteRecordsBefore(3);
        manager.WriteLogStartOffsets();
        manager.WriteRecoveryPoints();
        manager.WriteHighWatermarks();
        manager.Delete(First);
        Append(manager.GetOrCreate(First, new Uuid(9, 9), LogConfig.Default), "new");
        _storage = _storage.Copy();

        using LogManager again = Open();
        again.LoadLogs(_ => LogConfig.Default);

        Assert.True(again.TryGet(First, out PartitionLog? found));
        Assert.Equal([(0, "new")], Batches.Values(found.ReadBatches(0)));
    }

    [Fact]
    public void A_log_that_no_topic_claims_is_kept_aside()
    {
        using (LogManager manager = Open())
        {
            Append(manager.GetOrCreate(First, Id, LogConfig.Default), "a");
        }

        using LogManager again = Open();
        List<FoundLog> asked = [];
        again.LoadLogs(found =>
        {
            asked.Add(found);
            return null;
        });

        Assert.Equal([new FoundLog(First, Id)], asked);
        Assert.Empty(again.Logs);
        StorageEntry stray = Assert.Single(_storage.List("/data"), entry => entry.IsDirectory);
        Assert.StartsWith("orders-0.", stray.Name, StringComparison.Ordinal);
        Assert.EndsWith("-stray", stray.Name, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_deleted_before_a_stop_is_gone_after_the_next_start()
    {
        using (LogManager manager = Open())
        {
            manager.GetOrCreate(First, Id, LogConfig.Default);
            manager.Delete(First);
        }

        using LogManager again = Open();
        again.LoadLogs(_ => LogConfig.Default);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        WaitUntil(() => !_storage.List("/data").Any(entry => entry.IsDirectory));
    }

    [Fact]
    public void A_log_of_a_topic_with_another_id_is_refused()
    {
        using LogManager manager = Open();
        manager.GetOrCreate(First, Id, LogConfig.Default);

        Assert.Throws<LogDirectoryException>(() => manager.GetOrCreate(First, new Uuid(1, 1), LogConfig.Default));
    }

    [Fact]
    public void New_logs_go_to_the_directory_with_the_fewest()
    {
        using LogManager manager = Open(directories: ["/a", "/b"]);

        for (int index = 0; index < 6; index++)
        {
            manager.GetOrCreate(new TopicPartition("t", index), Id, LogConfig.Default);
        }

        Assert.Equal(3, _storage.List("/a").Count(entry => entry.IsDirectory));
        Assert.Equal(3, _storage.List("/b").Count(entry => entry.IsDirectory));
    }

    [Fact]
    public void Checkpoints_are_written_at_their_intervals()
    {
        using LogManager manager = Open();
        manager.Start();
        PartitionLog log = manager.GetOrCreate(First, Id, LogConfig.Default);
        Append(log, "a", "b");
        log.AdvanceHighWatermark(2);
        log.DeleteRecordsBefore(1);
        log.Flush();

        _time.Advance(TimeSpan.FromSeconds(60));

        WaitUntil(() => _storage.ReadAllText("/data/replication-offset-checkpoint") == "0\n1\norders 0 2\n");
        WaitUntil(() => _storage.ReadAllText("/data/recovery-point-offset-checkpoint") == "0\n1\norders 0 2\n");
        WaitUntil(() => _storage.ReadAllText("/data/log-start-offset-checkpoint") == "0\n1\norders 0 1\n");
    }

    [Fact]
    public void Deleted_records_stay_deleted_when_the_process_is_killed()
    {
        using LogManager manager = Open();
        PartitionLog log = manager.GetOrCreate(new TopicPartition("t", 0), Id, LogConfig.Default);
        log.AppendAsLeader(Batches.Of(1, "a", "b"), 0);
        log.AdvanceHighWatermark(2);
        Assert.Equal((ErrorCode.None, 1), log.DeleteRecordsBefore(1));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(SpinWait.SpinUntil(() => _storage.FileExists("/data/log-start-offset-checkpoint"), 5000));

        _storage = _storage.Copy();
        using LogManager next = Open();
        next.LoadLogs(_ => LogConfig.Default);

        Assert.True(next.TryGet(new TopicPartition("t", 0), out PartitionLog? found));
        Assert.Equal((1, 2), (found.LogStartOffset, found.LogEndOffset));
    }

    [Fact]
    public void Damaged_checkpoints_do_not_stop_a_start()
    {
        using (LogManager manager = Open())
        {
            Append(manager.GetOrCreate(First, Id, LogConfig.Default), "a");
        }

        _storage.WriteAllBytes("/data/recovery-point-offset-checkpoint", "0\n5\ngarbage"u8, flush: false);
        _storage.WriteAllBytes("/data/replication-offset-checkpoint", [0xff, 0, 1, 2], flush: false);
        _storage.DeleteFile("/data/.kafka_cleanshutdown");

        using LogManager again = Open();
        again.LoadLogs(_ => LogConfig.Default);

        Assert.True(again.TryGet(First, out PartitionLog? found));
        Assert.Equal([(0, "a")], Batches.Values(found.ReadBatches(0)));
    }

    [Fact]
    public void A_clean_stop_is_believed_once_even_when_the_power_goes_during_the_next_start()
    {
        SimulatedDisk disk = new(_time);
        Open(disk).Close();
        using LogManager next = Open(disk);

        Assert.All(Enumerable.Range(0, 50), seed =>
        {
            SimulatedDisk left = disk.AfterPowerLoss(new Random(seed));
            Assert.True(left.FileExists("/data/meta.properties"));
            Assert.False(left.FileExists("/data/.kafka_cleanshutdown"));
        });
    }

    [Fact]
    public void A_stop_writes_nothing_for_logs_that_were_only_led()
    {
        const int Count = 150;
        FaultyStorage storage = new(_storage);
        using (LogManager manager = Open(storage))
        {
            for (int index = 0; index < Count; index++)
            {
                Append(manager.GetOrCreate(new TopicPartition("t", index), Id, LogConfig.Default), "a");
            }
        }

        LogManager again = Open(storage);
        again.LoadLogs(_ => LogConfig.Default);
        Assert.All(again.Logs, log => log.AssignEpoch(7));
        long before = storage.Changes;
        again.Close();

        // The directory's own few files.
        Assert.InRange(storage.Changes - before, 1, 50);
    }

    private static void Append(PartitionLog log, params string[] values) =>
        Assert.Equal(ErrorCode.None, log.AppendAsLeader(Batches.Of(1_700_000_000_000, values), 0).ErrorCode);

    private static void WaitUntil(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(10)), "the condition did not come to hold");

    private LogManager Open(string clusterId = "cluster", int nodeId = 1, string[]? directories = null) => LogManager.Open(
        new LogContext(_storage, _time, new Random(3), NullLogger.Instance),
        new LogManagerOptions { LogDirs = directories ?? ["/data"], ClusterId = clusterId, NodeId = nodeId });

    private LogManager Open(IStorage storage) => LogManager.Open(
        new LogContext(storage, _time, new Random(3), NullLogger.Instance),
        new LogManagerOptions { LogDirs = ["/data"], ClusterId = "cluster", NodeId = 1 });
}
