using Compat.Log.Cleaning;
using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Log.Tests.Faults;
using Compat.Wire;

namespace Compat.Log.Tests.Cleaning;

/// <summary>A compacted log on storage that can fail, and a cleaner whose steps the test takes itself.</summary>
internal sealed class CleaningFixture
{
    public static readonly LogConfig Compacted = LogConfig.Default with
    {
        CleanupCompact = true,
        CleanupDelete = false,
        MinCleanableDirtyRatio = 0,
        DeleteRetentionMs = 1000,
        SegmentBytes = 1 << 20,
        FileDeleteDelayMs = 60_000,
    };

    private readonly LogFixture _fixture;

    public CleaningFixture(LogConfig? config = null, IStorage? storage = null, bool isClean = true)
    {
        Storage = new FaultyStorage(storage ?? new MemoryStorage(TimeProvider.System));
        _fixture = new LogFixture(Storage, config ?? Compacted, isClean: isClean);
        Cleaner = new Cleaner(_fixture.Context, Limits, new CleanerPace(_fixture.Time), CancellationToken.None);
    }

    public FaultyStorage Storage { get; }

    public PartitionLog Log => _fixture.Log;

    public LogFixture Fixture => _fixture;

    public CleanerLimits Limits { get; init; } = new(1 << 20, 0.9, 4096, 4096);

    public Cleaner Cleaner { get; set; }

    public long NowMs => _fixture.NowMs;

    public void Advance(long milliseconds) => _fixture.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Appends a batch and commits it.</summary>
    public AppendResult Append(params (string? Key, string? Value)[] records) => Append(Keyed.Batch(NowMs, records));

    public AppendResult Append(byte[] batch, AppendOrigin origin = AppendOrigin.Client)
    {
        AppendResult result = _fixture.Append(batch, origin: origin);
        Assert.Equal(ErrorCode.None, result.ErrorCode);
        Log.AdvanceHighWatermark(Log.LogEndOffset);
        return result;
    }

    public void Marker(bool commit, long producerId) => Append(Batches.Marker(commit, producerId, 0, timestamp: NowMs), AppendOrigin.Coordinator);

    /// <summary>Closes the active segment, so that all records so far can be cleaned.</summary>
    public void Roll() => Log.Roll();

    /// <summary>Cleans what can be cleaned; false when nothing is due or the cleaning did not come to its end.</summary>
    public bool Clean() => LogToClean.Of(Log, NowMs) is { IsDue: true } dirty && Cleaner.Clean(dirty);

    public bool RollAndClean()
    {
        Roll();
        return Clean();
    }

    public List<(long Offset, string? Key, string? Value)> Records() =>
        [.. Keyed.Records(Log.ReadBatches(0)).Select(record => (record.Offset, record.Key, record.Value))];

    public void Restart()
    {
        _fixture.Restart(Log.RecoveryPoint, Log.LogStartOffset);
        Log.AdvanceHighWatermark(Log.LogEndOffset);
    }

    public List<string> FileNames() => _fixture.FileNames();
}
