using Compat.Log.Cleaning;
using Compat.Log.Configuration;
using Compat.Log.Loading;
using Compat.Log.Storage;
using Compat.Log.Tests.Cleaning;
using Compat.Log.Tests.Faults;
using Compat.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Log.Tests.Model;

/// <summary>How the runs of a model test end a process.</summary>
internal enum Ending
{
    /// <summary>It is killed: what was written stays.</summary>
    Kill,

    /// <summary>The power goes: what was flushed stays.</summary>
    PowerLoss,
}

/// <summary>A mistake to be found.</summary>
internal enum LogMutant
{
    None,

    /// <summary>Flushes return without flushing.</summary>
    LyingFlush,

    /// <summary>Files are not cut, so that a start keeps what it found to be torn.</summary>
    RecoveryKeepsTooMuch,

    /// <summary>The last write before the end is undone, as if it had been answered first.</summary>
    AnswerBeforeWrite,
}

/// <summary>
/// One seed: random operations on a log and the same on a list of values, with an end of the process at any change of a
/// file or name, again and again. Whatever is left has to be a prefix of the list that is long enough. Compaction, where it
/// is on, finds a key for each record and so has to keep all of them, in other files.
/// </summary>
internal sealed class CrashRun
{
    private const string Directory = "/data/topic-0";
    private const int Steps = 40;

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    private readonly Random _random;
    private readonly Ending _ending;
    private readonly LogMutant _mutant;
    private readonly LogConfig _config;
    private readonly List<(long Offset, string Value)> _model = [];
    private readonly List<string> _done = [];
    private SimulatedDisk _disk;
    private FaultyStorage _storage = null!;
    private QueuedFlushes _flushes = null!;
    private PartitionLog _log = null!;
    private Cleaner _cleaner = null!;
    private long _start;
    private long _end;

    // While records are cut off: what is left ends there or further on.
    private long _cutTo = long.MaxValue;
    private int _epoch;

    // What a process was deleting when it ended is of no leader epoch that has to be known.
    private long _mostDeleted;
    private int _sequence;
    private (int Sequence, int Count, long Offset)? _lastOfProducer;

    public CrashRun(int seed, Ending ending, LogMutant mutant)
    {
        _random = new Random(seed);
        _ending = ending;
        _mutant = mutant;

        // A compacted log has gaps, so that one that a loss of power leaves there is not recognised.
        bool isCompacted = ending == Ending.Kill && _random.Next(3) == 0;
        _config = LogConfig.Default with
        {
            CleanupCompact = isCompacted,
            CleanupDelete = !isCompacted || _random.Next(2) == 0,
            MinCleanableDirtyRatio = 0,
            SegmentBytes = 500,
            IndexIntervalBytes = 90,
            RetentionMs = -1,
            RetentionBytes = _random.Next(2) == 0 ? -1 : 1500,
            FileDeleteDelayMs = 1,
            FlushMessages = _random.Next(3) switch { 0 => 1, 1 => 3, _ => long.MaxValue },
        };
        _disk = new SimulatedDisk(_time);
        _disk.CreateDirectory("/data");
        _disk.FlushVolume("/");
        Open(recoveryPoint: 0, isClean: false);
    }

    /// <summary>What was done, for the message of a failure.</summary>
    public string Trace => string.Join(", ", _done);

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public void Run()
    {
        for (int step = 0; step < Steps; step++)
        {
            if (_storage.KilledAtChange == long.MaxValue && _random.Next(5) == 0)
            {
                _storage.TornBytes = _random.Next(120);
                _storage.KilledAtChange = _storage.Changes + 1 + _random.Next(8);
            }

            Step(_random.Next(100));
            if (!_storage.IsKilled)
            {
                Verify();
            }

            // A read may mend an index, and be killed while it does.
            if (_storage.IsKilled)
            {
                Crash();
            }
        }
    }

    private void Step(int choice)
    {
        _time.Advance(TimeSpan.FromMilliseconds(10));
        (string Name, Action Run) next = choice switch
        {
            < 30 => ("append", Append),
            < 50 => ("produce", AppendFromProducer),
            < 58 => ("retry", Retry),
            < 63 => ("roll", () => _log.Roll()),
            < 75 => ("flushes", _flushes.RunAll),
            < 80 => ("flush", () => _log.Flush()),
            < 85 => ("delete records", DeleteRecords),
            < 90 => ("retain", Retain),
            < 93 => ("restart", Restart),
            < 96 => ("clean", Clean),
            _ => ("truncate", Truncate),
        };
        _done.Add(next.Name);
        try
        {
            next.Run();
        }
        catch (Exception exception) when (_storage.IsKilled && exception is IOException or LogCleaningException)
        {
            // What it has done by then is what the next start finds.
        }
    }

    private void Append()
    {
        string[] values = [.. Enumerable.Range(0, 1 + _random.Next(4)).Select(index => $"v{_end + index}/{_done.Count}")];
        Append(Keyed.Batch(NowMs, WithKeys(values)), values);
    }

    private void AppendFromProducer()
    {
        int count = 1 + _random.Next(3);
        string[] values = ProducedValues(_sequence, count);
        long offset = _end;
        if (Append(Keyed.FromProducer(7, _sequence, NowMs, transactional: false, WithKeys(values)), values))
        {
            _lastOfProducer = (_sequence, count, offset);
            _sequence += count;
        }
    }

    private static string[] ProducedValues(int sequence, int count) => [.. Enumerable.Range(sequence, count).Select(each => $"7/0/{each}")];

    private static (string?, string?)[] WithKeys(string[] values) => [.. values.Select(value => ((string?)value, (string?)value))];

    private bool Append(byte[] batch, string[] values)
    {
        _epoch += _random.Next(10) == 0 ? 1 : 0;
        AppendResult result = _log.AppendAsLeader(batch, _epoch);
        if (result.ErrorCode != ErrorCode.None)
        {
            Assert.True(_storage.IsKilled, result.ErrorMessage);
            return false;
        }

        Assert.Equal((_end, false), (result.FirstOffset, result.IsDuplicate));
        _model.AddRange(values.Select((value, index) => (_end + index, value)));
        _end += values.Length;
        return true;
    }

    private void Retry()
    {
        if (_lastOfProducer is { } last && last.Offset >= _start)
        {
            byte[] batch = Keyed.FromProducer(7, last.Sequence, NowMs, transactional: false, WithKeys(ProducedValues(last.Sequence, last.Count)));
            AppendResult result = _log.AppendAsLeader(batch, _epoch);
            Assert.Equal((ErrorCode.None, true, last.Offset), (result.ErrorCode, result.IsDuplicate, result.FirstOffset));
        }
    }

    private void DeleteRecords()
    {
        AdvanceHighWatermark();
        long start = _start + _random.NextInt64(Math.Max(1, _log.HighWatermark - _start + 1));
        Assert.Equal((ErrorCode.None, start), _log.DeleteRecordsBefore(start));
        _start = start;
    }

    private void Retain()
    {
        AdvanceHighWatermark();
        _log.DeleteOldSegments();
        _start = _log.LogStartOffset;
    }

    private void Clean()
    {
        if (_config.CleanupCompact)
        {
            AdvanceHighWatermark();
            if (LogToClean.Of(_log, NowMs) is { IsDue: true } dirty)
            {
                _cleaner.Clean(dirty);
            }
        }
    }

    private void Restart()
    {
        _log.Close();
        if (!_storage.IsKilled)
        {
            Open(_log.RecoveryPoint, isClean: true);
        }
    }

    private void Truncate()
    {
        _cutTo = _start + _random.NextInt64(_end - _start + 1);
        _log.TruncateTo(_cutTo);
        _cutTo = long.MaxValue;
        CutModel(_log.LogEndOffset);
    }

    // A leader alone, whose high watermark is only held back by flushes.
    private void AdvanceHighWatermark()
    {
        _log.AdvanceHighWatermark(_end);
        Assert.True(_log.HighWatermark <= _log.AcknowledgeableOffset || _log.HighWatermark <= _start);
    }

    private void Crash()
    {
        long recoveryPoint = _log.RecoveryPoint;
        long startBefore = _start;
        long mostDeleted = Math.Max(_start, _log.LogStartOffset);
        _mostDeleted = mostDeleted;
        _done.Add($"{(_ending == Ending.Kill ? "KILL" : "POWER")} at [{_start}, {_end}) flushed to {recoveryPoint} with {Files()}");
        _disk = _ending == Ending.Kill ? _disk.AfterKill() : _disk.AfterPowerLoss(_random);
        if (_mutant == LogMutant.AnswerBeforeWrite)
        {
            UndoLastWrite();
        }

        Open(_random.Next(2) == 0 ? recoveryPoint : 0, isClean: false);
        Assert.InRange(_log.LogStartOffset, startBefore, mostDeleted);
        _start = _log.LogStartOffset;

        // A recovery point that a deletion has moved up says nothing of the records that were being deleted.
        long flushed = recoveryPoint <= mostDeleted ? 0 : Math.Min(recoveryPoint, _end);
        long atLeast = Math.Min(_ending == Ending.Kill ? _end : flushed, FirstOffsetOfBatchAt(_cutTo));
        _cutTo = long.MaxValue;
        List<(long Offset, string Value)> left = Batches.Values(_log.ReadBatches(_start));
        List<(long, string)> expected = [.. _model.Where(record => record.Offset >= left.Select(each => each.Offset).FirstOrDefault(_start) && record.Offset < _log.LogEndOffset)];
        Assert.True(_log.LogEndOffset >= atLeast, $"the log ends at {_log.LogEndOffset}, {atLeast} was safe; there are {Files()}");

        // Behind all that was answered there may be what was being written.
        Assert.Equal(expected, left.Where(record => record.Offset < Math.Min(_end, _log.LogEndOffset)));
        Assert.Equal(left.Count == 0 ? _start : left[^1].Offset + 1, Math.Max(_log.LogEndOffset, _start));
        _model.Clear();
        _model.AddRange(left);
        _end = _log.LogEndOffset;
        ForgetCutProducer();
        Verify();
    }

    // No batch of the model has more than four records.
    private static long FirstOffsetOfBatchAt(long offset) => offset == long.MaxValue ? offset : offset - 4;

    private void UndoLastWrite()
    {
        string? last = _disk.List(Directory).Select(entry => entry.Name).Where(name => name.EndsWith(".log", StringComparison.Ordinal)).Max();
        if (last is not null)
        {
            using IStorageFile file = _disk.Open(Path.Combine(Directory, last), StorageOpenMode.Existing);
            file.Truncate(Math.Max(0, file.Length - 60));
        }
    }

    private void CutModel(long end)
    {
        _model.RemoveAll(record => record.Offset >= end);
        _end = end;
        _start = Math.Min(_start, end);
        ForgetCutProducer();
    }

    private void ForgetCutProducer()
    {
        string prefix = "7/0/";
        List<int> sequences = [.. _model.Where(record => record.Value.StartsWith(prefix, StringComparison.Ordinal)).Select(record => int.Parse(record.Value[prefix.Length..], System.Globalization.CultureInfo.InvariantCulture))];
        if (_lastOfProducer is { } last && (sequences.Count == 0 || sequences[^1] != last.Sequence + last.Count - 1))
        {
            _lastOfProducer = null;
        }

        _sequence = _log.ActiveProducers().Find(producer => producer.ProducerId == 7) is { ProducerId: 7 } known ? known.LastSequence + 1 : _sequence;
    }

    private void Verify()
    {
        Assert.Equal((_start, _end), (_log.LogStartOffset, _log.LogEndOffset));
        List<(long Offset, string Value)> expected = [.. _model.Where(record => record.Offset >= _start)];
        Assert.Equal(expected, Batches.Values(_log.ReadBatches(_start)).Where(record => record.Offset >= _start));
        Assert.All(_log.ReadBatches(Math.Max(_start, _mostDeleted)), batch => Assert.Equal(batch.PartitionLeaderEpoch, _log.EpochForOffset(batch.LastOffset)));
        if (expected.Count > 0)
        {
            (long offset, string value) = expected[_random.Next(expected.Count)];
            using LogReadResult read = _log.Read(offset, 1, FetchIsolation.LogEnd, minOneBatch: true);
            Assert.True(
                _storage.IsKilled || (read.ErrorCode == ErrorCode.None && Batches.Values(read.Records).Contains((offset, value))),
                $"reading {offset} gives {read.ErrorCode} and {string.Join(' ', Batches.Values(read.Records))}; there are {Files()}");
        }
    }

    private string Files() => string.Join(' ', _disk.List(Directory).Select(entry => $"{entry.Name.TrimStart('0')}:{entry.Length}").Order(StringComparer.Ordinal));

    private void Open(long recoveryPoint, bool isClean)
    {
        _storage = new FaultyStorage(_disk)
        {
            LiesAbout = _ => _mutant == LogMutant.LyingFlush,
            LiesAboutCutting = _mutant == LogMutant.RecoveryKeepsTooMuch,
        };
        _flushes = new QueuedFlushes();
        LogContext context = new(_storage, _time, new Random(1), NullLogger.Instance) { Flushes = _flushes };
        _cleaner = new Cleaner(context, new CleanerLimits(1 << 20, 0.9, 300, 300), new CleanerPace(_time), CancellationToken.None);
        _log = PartitionLog.Open(context, Directory, new LogLoadOptions
        {
            TopicPartition = new TopicPartition("topic", 0),
            TopicId = new Uuid(1, 2),
            Config = _config,
            IsClean = isClean,
            RecoveryPoint = recoveryPoint,
            LogStartOffset = _start,
        });
    }
}
