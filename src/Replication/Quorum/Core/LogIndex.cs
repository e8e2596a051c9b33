using Compat.Log.Epochs;

namespace Compat.Replication.Quorum.Core;

/// <summary>How a fetch fits a log.</summary>
internal enum FetchFit
{
    /// <summary>The asker's log is a prefix of this one.</summary>
    Valid,

    /// <summary>The asker's log has records that this one has not.</summary>
    Diverging,

    /// <summary>The asker needs what is only in a snapshot any more.</summary>
    NeedsSnapshot,
}

/// <summary>
/// What the core knows of the log: where it begins and ends, which epoch wrote which stretch, and what is on the disk.
/// A record is identified by offset and epoch, and so is the log before it.
/// </summary>
/// <remarks>Invariant: StartOffset &lt;= FlushedOffset &lt;= EndOffset; epochs and their start offsets both grow.</remarks>
internal sealed class LogIndex
{
    private readonly List<EpochEntry> _epochs;

    public LogIndex(long startOffset, long endOffset, IEnumerable<EpochEntry> epochs, OffsetAndEpoch? earliestSnapshot, OffsetAndEpoch? latestSnapshot)
    {
        StartOffset = startOffset;
        EndOffset = endOffset;
        FlushedOffset = endOffset;
        EarliestSnapshot = earliestSnapshot;
        LatestSnapshot = latestSnapshot;
        _epochs = [.. epochs];
    }

    public long StartOffset { get; private set; }

    public long EndOffset { get; private set; }

    /// <summary>What is on the disk: everything below.</summary>
    public long FlushedOffset { get; private set; }

    public OffsetAndEpoch? EarliestSnapshot { get; private set; }

    public OffsetAndEpoch? LatestSnapshot { get; private set; }

    /// <summary>The epoch of the last record, that of the snapshot if there is none behind it, or 0.</summary>
    public int LastEpoch => _epochs.Count > 0 ? _epochs[^1].Epoch : LatestSnapshot?.Epoch ?? 0;

    public OffsetAndEpoch End => new(EndOffset, LastEpoch);

    public void Append(int epoch, long endOffset)
    {
        if (_epochs.Count == 0 || _epochs[^1].Epoch < epoch)
        {
            _epochs.Add(new EpochEntry(epoch, EndOffset));
        }
        EndOffset = endOffset;
    }

    public void TruncateTo(long offset)
    {
        EndOffset = offset;
        FlushedOffset = Math.Min(FlushedOffset, offset);
        _epochs.RemoveAll(entry => entry.StartOffset >= offset);
    }

    /// <summary>Everything below an offset is on the disk.</summary>
    public void Flushed(long offset) => FlushedOffset = offset;

    /// <summary>A snapshot was made of the committed log.</summary>
    public void AddSnapshot(OffsetAndEpoch id, OffsetAndEpoch earliest, long startOffset)
    {
        LatestSnapshot = id;
        EarliestSnapshot = earliest;
        if (startOffset > StartOffset)
        {
            StartOffset = startOffset;
            int at = _epochs.FindLastIndex(entry => entry.StartOffset <= startOffset);
            if (at >= 0)
            {
                _epochs[at] = new EpochEntry(_epochs[at].Epoch, startOffset);
                _epochs.RemoveRange(0, at);
            }
        }
    }

    /// <summary>A snapshot took the place of the whole log.</summary>
    public void StartAt(OffsetAndEpoch snapshot)
    {
        (StartOffset, EndOffset, FlushedOffset) = (snapshot.Offset, snapshot.Offset, snapshot.Offset);
        (EarliestSnapshot, LatestSnapshot) = (snapshot, snapshot);
        _epochs.Clear();
    }

    /// <summary>Where the newest epoch that is not newer than the given one ends (KIP-101, KIP-279).</summary>
    public OffsetAndEpoch EndOfEpoch(int epoch)
    {
        if (_epochs.Count == 0 || epoch >= _epochs[^1].Epoch)
        {
            return End;
        }
        int next = _epochs.FindIndex(entry => entry.Epoch > epoch);
        var end = new OffsetAndEpoch(_epochs[next].StartOffset, next == 0 ? epoch : _epochs[next - 1].Epoch);
        // The oldest epoch may have no records left: then it ends where the snapshot in their place does.
        return EarliestSnapshot is { } earliest && end.Offset == earliest.Offset && end.Epoch == epoch ? earliest : end;
    }

    /// <summary>Whether a log that ends with an offset and epoch is a prefix of this one.</summary>
    /// <returns>The fit; for a diverging log also the point up to which the two may agree.</returns>
    public (FetchFit Fit, OffsetAndEpoch Point) Validate(long offset, int epoch)
    {
        if (offset == 0 && LatestSnapshot is { } latest)
        {
            return (FetchFit.NeedsSnapshot, latest);
        }
        if (StartOffset == 0 && offset == 0 && epoch == 0)
        {
            return (FetchFit.Valid, default);
        }
        if (EarliestSnapshot is { } earliest
            && (offset < StartOffset || (offset == StartOffset && epoch != earliest.Epoch) || epoch < earliest.Epoch))
        {
            return (FetchFit.NeedsSnapshot, LatestSnapshot!.Value);
        }
        OffsetAndEpoch end = EndOfEpoch(epoch);
        return end.Epoch != epoch || end.Offset < offset ? (FetchFit.Diverging, end) : (FetchFit.Valid, default);
    }

    /// <summary>Where this log has to be cut so that it agrees with one in which an epoch ends at an offset.</summary>
    public long TruncationPoint(OffsetAndEpoch leaderEnd)
    {
        OffsetAndEpoch end = EndOfEpoch(leaderEnd.Epoch);
        return end.Epoch == leaderEnd.Epoch ? Math.Min(end.Offset, leaderEnd.Offset) : end.Offset;
    }

    /// <summary>The epoch of the record before an offset, or of the snapshot that ends there.</summary>
    public int EpochBefore(long offset)
    {
        int at = _epochs.FindLastIndex(entry => entry.StartOffset < offset);
        return at >= 0 ? _epochs[at].Epoch : LatestSnapshot is { } snapshot && snapshot.Offset == offset ? snapshot.Epoch : 0;
    }
}
