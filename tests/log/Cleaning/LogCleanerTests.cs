using Compat.Log.Cleaning;
using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Log.Tests.Faults;
using Compat.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Log.Tests.Cleaning;

/// <summary>The threads that clean, and what they leave beside the logs.</summary>
public sealed class LogCleanerTests : IDisposable
{
    private static readonly LogConfig Compacted = CleaningFixture.Compacted;
    private static readonly TopicPartition First = new("t", 0);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    private readonly FaultyStorage _storage;
    private LogManager _manager;

    public LogCleanerTests()
    {
        _storage = new FaultyStorage(new MemoryStorage(_time));
        _manager = Open(new LogCleanerOptions());
    }

    public void Dispose() => _manager.Dispose();

    [Fact]
    public void A_dirty_log_is_cleaned_by_itself_and_the_checkpoint_says_how_far()
    {
        PartitionLog log = Dirty(First);
        Dirty(new TopicPartition("kept", 0), Compacted with { CleanupCompact = false });
        _manager.Start();

        Wait(() => log.CleanedOffset == 2 && _storage.FileExists("/data/cleaner-offset-checkpoint"));

        Assert.Equal("0\n1\nt 0 2\n", _storage.ReadAllText("/data/cleaner-offset-checkpoint"));
        Assert.Single(Keyed.Records(log.ReadBatches(0)));
        Assert.Equal(0, _manager.Cleaner.DeadThreadCount);
    }

    [Fact]
    public void A_restart_goes_on_where_the_checkpoint_says()
    {
        PartitionLog log = Dirty(First);
        _manager.Start();
        Wait(() => log.CleanedOffset == 2);

        Reopen(new LogCleanerOptions());
        _manager.LoadLogs(_ => Compacted);

        Assert.True(_manager.TryGet(First, out PartitionLog? again));
        Assert.Equal(2, again.CleanedOffset);
        Assert.False(LogToClean.Of(again, _time.GetUtcNow().ToUnixTimeMilliseconds()).IsDue);
    }

    [Fact]
    public void A_deleted_log_leaves_nothing_to_a_new_one_of_its_name()
    {
        PartitionLog log = Dirty(First);
        _manager.Start();
        Wait(() => log.CleanedOffset == 2);
        Reopen(new LogCleanerOptions());
        _manager.LoadLogs(_ => Compacted);
        _manager.Delete(First);

        Assert.Null(_manager.GetOrCreate(First, new Uuid(5, 6), Compacted).CleanedOffset);
        Assert.DoesNotContain("t 0", _storage.ReadAllText("/data/cleaner-offset-checkpoint"), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_log_cleaner_enable_nothing_is_cleaned_until_it_is_set()
    {
        Reopen(new LogCleanerOptions { IsEnabled = false });
        PartitionLog log = Dirty(First);
        _manager.Start();
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((0, null), (_manager.Cleaner.TotalIoBytes, log.CleanedOffset));

        _manager.Cleaner.Reconfigure(new LogCleanerOptions());
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Wait(() => log.CleanedOffset == 2);
    }

    [Fact]
    public void After_a_look_that_found_nothing_the_next_one_comes_after_the_backoff()
    {
        Reopen(new LogCleanerOptions { BackoffMs = 5000 });
        _manager.Start();
        PartitionLog log = Dirty(First);

        Wait(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(5000));
            return log.CleanedOffset == 2;
        });
        Assert.InRange(_manager.Cleaner.TimeSinceLastRunMs, 0, 10_000);
    }

    [Fact]
    public void Several_threads_clean_several_logs()
    {
        Reopen(new LogCleanerOptions { Threads = 3, IoBufferBytes = 3000 });
        PartitionLog[] logs = [.. Enumerable.Range(0, 20).Select(partition => Dirty(new TopicPartition("t", partition)))];
        _manager.Start();

        Wait(() => Array.TrueForAll(logs, log => log.CleanedOffset == 2));

        Assert.All(logs, log => Assert.Single(Keyed.Records(log.ReadBatches(0))));
    }

    [Fact]
    public void A_log_that_cannot_be_read_is_left_alone_and_the_others_are_cleaned()
    {
        PartitionLog damaged = Dirty(First);
        PartitionLog other = Dirty(new TopicPartition("u", 0));
        using (IStorageFile file = _storage.Open("/data/t-0/00000000000000000000.log", StorageOpenMode.Existing))
        {
            file.Write([99], 70);
        }

        _manager.Start();

        Wait(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(15));
            return other.CleanedOffset == 2 && _manager.Cleaner.Uncleanable.Count == 1;
        });
        Assert.Equal([damaged], _manager.Cleaner.Uncleanable);
        Assert.True(_manager.Cleaner.CleanableBytes(damaged) > 0);
        Assert.True(_manager.Directories[0].IsOnline);
    }

    [Fact]
    public void A_full_device_is_tried_again_and_a_failing_one_goes_offline()
    {
        PartitionLog log = Dirty(First);
        int tries = 0;
        _storage.Fault = (operation, path) => operation == StorageOperation.Write && path.EndsWith(".cleaned", StringComparison.Ordinal) && ++tries > 0 ? new StorageFullException("full") : null;
        _manager.Start();
        Wait(() => tries > 0);
        Assert.True(_manager.Directories[0].IsOnline);

        _storage.Fault = (operation, path) => operation == StorageOperation.Rename && path.EndsWith(".cleaned", StringComparison.Ordinal) ? new IOException("EIO") : null;
        Wait(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(15));
            return !_manager.Directories[0].IsOnline;
        });
        Assert.Null(log.CleanedOffset);
    }

    [Fact]
    public void The_rate_of_reading_and_writing_is_held()
    {
        CleanerPace pace = new(_time) { MaxBytesPerSecond = 1000 };
        pace.Passed(5000, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1));
        Task waiting = Task.Run(() => pace.Passed(0, CancellationToken.None));

        // 5000 bytes are worth five seconds, of which one has passed.
        Wait(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return waiting.IsCompleted;
        });
        Assert.InRange(_time.GetUtcNow().ToUnixTimeMilliseconds() - 1_700_000_000_000, 5000, long.MaxValue);
        Assert.Equal(5000, pace.TotalBytes);

        pace.MaxBytesPerSecond = double.MaxValue;
        pace.Passed(1 << 30, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1));
        pace.Passed(1 << 30, CancellationToken.None);
    }

    [Fact]
    public async Task A_wait_for_the_rate_ends_with_the_cleaner()
    {
        CleanerPace pace = new(_time) { MaxBytesPerSecond = 1 };
        using CancellationTokenSource end = new();
        _time.Advance(TimeSpan.FromSeconds(1));
        Task waiting = Task.Run(() => pace.Passed(5000, end.Token), TestContext.Current.CancellationToken);
        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    // Two records of one key in a closed segment.
    private PartitionLog Dirty(TopicPartition partition, LogConfig? config = null)
    {
        PartitionLog log = _manager.GetOrCreate(partition, new Uuid(3, 4), config ?? Compacted);
        log.AppendAsLeader(Keyed.Batch(1, ("a", "1"), ("a", "2")), 0);
        log.AdvanceHighWatermark(2);
        log.Roll();
        return log;
    }

    private void Reopen(LogCleanerOptions options)
    {
        _manager.Close();
        _manager = Open(options);
    }

    private LogManager Open(LogCleanerOptions options) => LogManager.Open(
        new LogContext(_storage, _time, new Random(3), NullLogger.Instance),
        new LogManagerOptions { LogDirs = ["/data"], ClusterId = "cluster", NodeId = 1, Cleaner = options });

    private static void Wait(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(20)));
}
