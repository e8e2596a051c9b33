using Compat.Log.Checkpoints;
using Compat.Log.Configuration;
using Compat.Log.Epochs;
using Compat.Log.Producers;
using Compat.Log.Segments;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Loading;

/// <summary>
/// Makes a log of its directory. After a clean shutdown that takes a listing, the small files, and the end of the last
/// segment. Otherwise the segments from the recovery point on are read in full: the longest valid prefix stays, indexes,
/// leader epochs and producers are made anew from it.
/// </summary>
internal sealed class LogLoader
{
    private readonly LogContext _context;
    private readonly LogFolder _folder;
    private readonly LogLoadOptions _options;
    private readonly LeaderEpochCache _epochs;
    private readonly ProducerStates _producers = new();
    private readonly ProducerSnapshots _snapshots;
    private readonly List<Segment> _segments = [];
    private long _recoveredTo;

    private LogLoader(LogContext context, LogFolder folder, LogLoadOptions options)
    {
        _context = context;
        _folder = folder;
        _options = options;
        _epochs = new LeaderEpochCache(context.Storage, folder);
        _snapshots = new ProducerSnapshots(context.Storage, folder);
    }

    private LogConfig Config => _options.Config;

    /// <summary>Loads a log, or makes one when the directory is missing or empty.</summary>
    /// <exception cref="IOException">The device fails, or the directory holds what cannot be read.</exception>
    public static LoadedLog Load(LogContext context, LogFolder folder, LogLoadOptions options) =>
        new LogLoader(context, folder, options).Load();

    private LoadedLog Load()
    {
        Uuid topicId = _options.TopicId;
        if (!_options.IsNew && _context.Storage.DirectoryExists(_folder.Path))
        {
            topicId = ReadDirectory();
        }
        else
        {
            _context.Storage.CreateDirectory(_folder.Path);
            WriteMetadata();
        }

        long next = FindEnd();
        if (_segments.Count == 0)
        {
            _segments.Add(NewSegment(_options.LogStartOffset));
            next = _options.LogStartOffset;
        }

        long start = Math.Max(_options.LogStartOffset, _segments[0].BaseOffset);
        _epochs.TruncateFromEnd(next);
        _epochs.TruncateFromStart(start);
        LoadProducers(start, next);
        return new LoadedLog
        {
            TopicPartition = _options.TopicPartition,
            TopicId = topicId,
            Config = Config,
            Segments = [.. _segments],
            Epochs = _epochs,
            Producers = _producers,
            Snapshots = _snapshots,
            LogStartOffset = start,
            RecoveryPoint = _options.IsClean ? next : Math.Min(_options.RecoveryPoint, next),
            HighWatermark = _options.HighWatermark,
            CleanedOffset = _options.CleanedOffset,
            NextOffset = next,
        };
    }

    private Uuid ReadDirectory()
    {
        LogDirectoryContent content = LogDirectoryContent.Read(_context.Storage, _folder);
        foreach (long offset in content.OffsetsOf(LogFileNames.LogSuffix))
        {
            _segments.Add(OpenSegment(content, offset));
        }

        foreach (long offset in content.OffsetsOf(LogFileNames.ProducerSnapshotSuffix))
        {
            // After a crash a length says nothing: the file may have been cut off there.
            _snapshots.Discovered(offset, _options.IsClean ? content.LengthOf(LogFileNames.Name(offset, LogFileNames.ProducerSnapshotSuffix)) : null);
        }

        if (content.Has(LeaderEpochCache.FileName))
        {
            _epochs.Load(isDurable: _options.IsClean);
        }

        if (_options.IsTopicIdRead && _options.TopicId != Uuid.Zero)
        {
            return _options.TopicId;
        }

        Uuid found = content.Has(PartitionMetadataFile.FileName)
            ? PartitionMetadataFile.Read(_context.Storage, _folder.File(PartitionMetadataFile.FileName))
            : Uuid.Zero;
        if (found != Uuid.Zero)
        {
            return found;
        }

        WriteMetadata();
        return _options.TopicId;
    }

    private void WriteMetadata()
    {
        if (_options.TopicId != Uuid.Zero)
        {
            PartitionMetadataFile.Write(_context.Storage, _folder.File(PartitionMetadataFile.FileName), _options.TopicId);
        }
    }

    private Segment OpenSegment(LogDirectoryContent content, long offset)
    {
        long length = content.LengthOf(LogFileNames.Name(offset, LogFileNames.LogSuffix));
        if (length > int.MaxValue)
        {
            throw new IOException($"The segment {offset} of {_folder} has {length} bytes, more than a segment can have.");
        }

        bool hasTransactions = content.Has(LogFileNames.Name(offset, LogFileNames.TransactionIndexSuffix));
        return new Segment(_context, _folder, offset, (int)length, hasTransactions, isNew: length == 0)
        {
            RollJitterMs = PartitionLog.JitterOf(_context, Config),
            HasNoIndexEntries = content.IsEmpty(LogFileNames.Name(offset, LogFileNames.OffsetIndexSuffix)),
        };
    }

    private Segment NewSegment(long offset) => new(_context, _folder, offset, size: 0, hasTransactionIndex: false, isNew: true)
    {
        RollJitterMs = PartitionLog.JitterOf(_context, Config),
    };

    // Returns the log end offset, with everything behind it removed.
    private long FindEnd()
    {
        if (_segments.Count == 0)
        {
            return _options.LogStartOffset;
        }

        if (!_options.IsClean)
        {
            // Segments below the log start are deleted already, as far as anybody reads; damage of theirs is nobody's loss.
            Recover(FloorIndex(Math.Max(_options.RecoveryPoint, _options.LogStartOffset)));
        }

        if (!_segments[^1].TryReadNextOffset(out long next))
        {
            Recover(_segments.Count - 1);
            _ = _segments[^1].TryReadNextOffset(out next);
        }

        if (next < _options.LogStartOffset)
        {
            LogMessages.LogEndsBelowStart(_context.Logger, _folder.Path, next, _options.LogStartOffset);
            DeleteSegmentsFrom(0);
            _epochs.Clear();
            _snapshots.DeleteWhere(_ => true);
        }

        return next;
    }

    private void Recover(int first)
    {
        // Snapshots further on may be as torn as the segments; they are taken again on the way.
        long from = _segments[first].BaseOffset;
        _recoveredTo = from;
        _snapshots.DeleteWhere(offset => offset > from);
        ReadProducersUpTo(from, Math.Max(_options.LogStartOffset, _segments[0].BaseOffset));
        for (int index = first; index < _segments.Count; index++)
        {
            Segment segment = _segments[index];
            if (index > first && (segment.BaseOffset < _recoveredTo || IsHole(segment.BaseOffset)))
            {
                CutOff(index - 1, new InvalidEnd(_segments[index - 1].Size, _recoveredTo, $"the next segment begins at offset {segment.BaseOffset}", false));
                break;
            }

            if (index > first)
            {
                _producers.EndOffset = Math.Max(_producers.EndOffset, segment.BaseOffset);
                _snapshots.Take(_producers, flush: false);
            }

            if (segment.Recover(Config.IndexIntervalBytes, batch => Recovered(batch, segment)) is { } end)
            {
                CutOff(index, end);
            }

            if (index + 1 < _segments.Count)
            {
                segment.OnBecomeInactive();
            }
        }
    }

    // A torn end was never on the device as a whole. With records behind it, it is damage, and those records may have been
    // acknowledged: a log has no holes above its recovery point, so they go, but not from the disk.
    private void CutOff(int index, InvalidEnd end)
    {
        Segment segment = _segments[index];
        Segment[] behind = [.. _segments.Skip(index + 1).Where(each => each.Size > 0)];
        if (behind.Length == 0 && !end.IsFollowedByBatch)
        {
            LogMessages.RecordsCutOff(_context.Logger, segment, segment.Size - end.Position, end.NextOffset, end.Problem);
        }
        else if (_options.IsDamageRefused)
        {
            throw new LogDamagedException(
                $"{segment} is damaged from offset {end.NextOffset} on (position {end.Position}): {end.Problem}; valid records follow, which must not be lost");
        }
        else
        {
            PutAside(segment, end, behind);
        }

        segment.CutInvalidEnd(end);
        foreach (Segment removed in _segments.Skip(index + 1))
        {
            removed.DeleteFiles();
        }

        _segments.RemoveRange(index + 1, _segments.Count - index - 1);
        _context.Storage.FlushDirectory(_folder.Path);
    }

    private void PutAside(Segment segment, InvalidEnd end, Segment[] behind)
    {
        string name = DamagedFile(end.NextOffset);
        segment.CopyTo(name, end.Position);
        foreach (Segment each in behind)
        {
            each.CopyTo(DamagedFile(each.BaseOffset), 0);
        }

        _context.Storage.FlushDirectory(_folder.Path);
        LogMessages.RecordsPutAside(_context.Logger, segment, end.NextOffset, end.Problem, behind.Length, name);
    }

    private string DamagedFile(long offset)
    {
        string name = _folder.File(offset, LogFileNames.LogSuffix + LogFileNames.DamagedSuffix);
        return _context.Storage.FileExists(name) ? $"{name}-{_context.NextUniqueName()}" : name;
    }

    // A segment whose last records were lost as whole batches looks whole. Only compaction leaves gaps for good.
    private bool IsHole(long nextBase) =>
        nextBase > _recoveredTo && !Config.CleanupCompact && _recoveredTo >= (_options.CleanedOffset ?? 0);

    private void Recovered(in RecordBatch batch, Segment segment)
    {
        RecoverEpoch(batch);
        _recoveredTo = batch.NextOffset;

        if (batch.LastOffset < _options.LogStartOffset || batch.LastOffset < _producers.EndOffset)
        {
            return;
        }

        if (_producers.Apply(batch) is { IsAborted: true } ended)
        {
            segment.TransactionIndex.Append(new AbortedTransaction(
                ended.ProducerId, ended.FirstOffset, ended.LastOffset, _producers.LastStableOffsetAfter(ended)));
        }
    }

    // The file may be of before records were cut off and others appended.
    private void RecoverEpoch(in RecordBatch batch)
    {
        if (batch.PartitionLeaderEpoch >= 0 && batch.PartitionLeaderEpoch < _epochs.EpochFor(batch.BaseOffset))
        {
            _epochs.TruncateFromEnd(_recoveredTo);
        }

        if (batch.PartitionLeaderEpoch != _epochs.EpochFor(batch.BaseOffset))
        {
            _epochs.Assign(batch.PartitionLeaderEpoch, batch.BaseOffset);
        }
    }

    private void DeleteSegmentsFrom(int index)
    {
        foreach (Segment segment in _segments.Skip(index))
        {
            segment.DeleteFiles();
        }

        _segments.RemoveRange(index, _segments.Count - index);
    }

    private void LoadProducers(long start, long next)
    {
        HashSet<long> bases = [.. _segments.Select(segment => segment.BaseOffset)];

        // One per segment, and the one of the last close.
        long latest = _snapshots.Latest;
        _snapshots.DeleteWhere(offset => offset > next || (offset != latest && !bases.Contains(offset)));
        if (_producers.EndOffset != next || next == 0)
        {
            ReadProducersUpTo(next, start);
        }
    }

    // From the latest snapshot on by reading; normally there is one at the very offset.
    private void ReadProducersUpTo(long offset, long start)
    {
        _snapshots.LoadInto(_producers, offset, start, _context.NowMs, _context.ProducerIdExpirationMs);
        for (int index = FloorIndex(_producers.EndOffset); index < _segments.Count && _segments[index].BaseOffset < offset; index++)
        {
            if (_producers.EndOffset < offset)
            {
                _segments[index].Replay(_producers.EndOffset, offset, batch => _producers.Apply(batch));
            }
        }

        _producers.EndOffset = offset;
    }

    private int FloorIndex(long offset) => Math.Max(0, _segments.FindLastIndex(segment => segment.BaseOffset <= offset));
}
