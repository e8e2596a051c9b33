using Compat.Log.Configuration;
using Compat.Log.Tests.Faults;
using Compat.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Log.Tests.Model;

/// <summary>
/// A stop with more logs than are flushed one by one, and a loss of power at any change of a file or name in it. Each log
/// has a segment of one leader epoch below its recovery point, which a start does not read, so that only the file of the epochs
/// knows of it, and records of two more epochs.
/// </summary>
public class CrashWhileClosingTests
{
    private const int Logs = 101;
    private const int Flushed = 2;
    private const int Appended = 3;
    private const int Seeds = 40;

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    private readonly SimulatedDisk _flushed;
    private readonly int _changesOfClosing;

    public CrashWhileClosingTests()
    {
        SimulatedDisk disk = new(_time);
        LogManager manager = Open(new FaultyStorage(disk));
        for (int index = 0; index < Logs; index++)
        {
            PartitionLog log = manager.GetOrCreate(new TopicPartition("t", index), new Uuid(1, 2), LogConfig.Default);
            Append(log, 0);
            log.Roll();
            Append(log, 1);
            log.Flush();
        }

        manager.WriteRecoveryPoints();
        _flushed = disk.AfterKill();
        _changesOfClosing = (int)CloseUntil(long.MaxValue, new FaultyStorage(_flushed.AfterKill()));
    }

    [Fact]
    public void Whatever_is_left_of_a_stop_that_was_cut_short_has_its_records_and_their_epochs()
    {
        foreach (int seed in Enumerable.Range(1, Seeds))
        {
            if (Record.Exception(() => Run(seed, isFlushed: true)) is { } failure)
            {
                Assert.Fail($"Seed {seed} fails.\n{failure}");
            }
        }
    }

    [Fact]
    public void A_stop_that_does_not_flush_is_found() =>
        Assert.Contains(Enumerable.Range(1, Seeds), seed => Record.Exception(() => Run(seed, isFlushed: false)) is not null);

    private void Run(int seed, bool isFlushed)
    {
        Random random = new(seed);
        SimulatedDisk disk = _flushed.AfterKill();
        CloseUntil(random.Next(_changesOfClosing + 1), new FaultyStorage(disk) { LiesAbout = path => !isFlushed && path == "/data" });

        using LogManager again = Open(new FaultyStorage(disk.AfterPowerLoss(random)));
        Assert.Equal(Logs, again.Count);
        foreach (PartitionLog log in again.Logs)
        {
            Assert.InRange(log.LogEndOffset, again.Directories[0].WasCleanlyShutDown ? Appended : Flushed, Appended);
            Assert.Equal(Enumerable.Range(0, (int)log.LogEndOffset), log.ReadBatches(0).Select(batch => (int)batch.BaseOffset));
            Assert.Equal(Enumerable.Range(0, (int)log.LogEndOffset), Enumerable.Range(0, (int)log.LogEndOffset).Select(offset => log.EpochForOffset(offset)));
        }
    }

    // Closes all logs after one more append to each, and ends at a change; returns how many there were.
    private long CloseUntil(long change, FaultyStorage storage)
    {
        LogManager manager = Open(storage);
        foreach (PartitionLog log in manager.Logs)
        {
            Append(log, 2);
        }

        long before = storage.Changes;
        storage.KilledAtChange = change == long.MaxValue ? change : before + 1 + change;
        manager.Close();
        return storage.Changes - before;
    }

    private static void Append(PartitionLog log, int epoch) =>
        Assert.Equal(ErrorCode.None, log.AppendAsLeader(Batches.Of(1_700_000_000_000, "a"), epoch).ErrorCode);

    private LogManager Open(FaultyStorage storage)
    {
        LogContext context = new(storage, _time, new Random(3), NullLogger.Instance) { Flushes = new QueuedFlushes() };
        LogManager manager = LogManager.Open(context, new LogManagerOptions { LogDirs = ["/data"], ClusterId = "cluster", NodeId = 1 });
        manager.LoadLogs(_ => LogConfig.Default);
        return manager;
    }
}
