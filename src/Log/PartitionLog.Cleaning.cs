using Compat.Log.Cleaning;
using Compat.Log.Producers;
using Compat.Log.Segments;
using Compat.Log.Storage;

namespace Compat.Log;

/// <summary>What compaction needs of a log. It reads closed segments beside everything else and takes locks only to put its result in place.</summary>
public sealed partial class PartitionLog
{
    private const long NeverCleaned = -1;

    /// <summary>
    /// The offset below which compaction has seen every key, as <c>cleaner-offset-checkpoint</c> says it; null when it has
    /// never looked at this log.
    /// </summary>
    public long? CleanedOffset
    {
        get => Volatile.Read(ref _cleanedOffset) is var offset and not NeverCleaned ? offset : null;
        internal set => Volatile.Write(ref _cleanedOffset, value ?? NeverCleaned);
    }

    /// <summary>The segments now.</summary>
    internal SegmentList Segments => Volatile.Read(ref _segments);

    /// <summary>An empty segment that is not part of the log yet.</summary>
    /// <param name="baseOffset">The least offset it may get.</param>
    internal Segment NewCleanedSegment(long baseOffset)
    {
        Segment segment = new(
            _context, _folder, baseOffset, size: 0, hasTransactionIndex: false, isNew: true, LogFileNames.CleanedSuffix);
        segment.DeleteLeftovers();
        return segment;
    }

    /// <summary>The last record of each producer that has not expired: its batch keeps the producer's sequence numbers known.</summary>
    internal Dictionary<long, LastRecord> LastRecordsOfActiveProducers()
    {
        lock (_lock)
        {
            Dictionary<long, LastRecord> records = new(_producers.Count);
            foreach (ProducerState producer in _producers.Producers)
            {
                records[producer.ProducerId] = new LastRecord(producer.LastOffset, producer.Epoch);
            }

            return records;
        }
    }

    /// <summary>
    /// Puts cleaned segments, which are on the device, in the place of those they were made of. At every moment of it a
    /// crash leaves a directory that a start makes one or the other of: the new files are all called <c>.swap</c> before
    /// the first old one goes, and all old ones are gone before the first new one gets its own name.
    /// </summary>
    /// <param name="old">Segments side by side, not the active one.</param>
    /// <param name="cleaned">What is left of them, at least one segment.</param>
    /// <returns>False when the old ones have left the log meanwhile; then nothing has happened.</returns>
    /// <exception cref="IOException">The device fails; the log has to be taken offline.</exception>
    internal bool TryReplaceSegments(IReadOnlyList<Segment> old, IReadOnlyList<Segment> cleaned)
    {
        lock (_maintenanceLock)
        {
            if (IsClosed || IsFailed || Segments.Replace(old, cleaned) is null)
            {
                return false;
            }

            try
            {
                Replace(old, cleaned);
            }
            catch (StorageFullException exception)
            {
                // Half of it may be done, so this is more than a full device.
                throw new IOException("Cleaned segments could not be put in place.", exception);
            }
        }

        DeleteFilesLater(old);
        return true;
    }

    /// <summary>Takes the log offline, because the device failed under the cleaner.</summary>
    internal void FailCleaning(Exception exception) => Fail(exception);

    private void Replace(IReadOnlyList<Segment> old, IReadOnlyList<Segment> cleaned)
    {
        // From the last to the first: a start knows by what is still called .cleaned which of the others do not count.
        for (int index = cleaned.Count - 1; index >= 0; index--)
        {
            cleaned[index].RenameFiles(LogFileNames.SwapSuffix);
        }

        _context.Storage.FlushDirectory(_folder.Path);
        PublishReplaced(old, cleaned);

        // From the first to the last: a tombstone must not go before what it deletes.
        RenameInOrder(old, LogFileNames.DeletedSuffix);
        RenameInOrder(cleaned, "");
    }

    private void RenameInOrder(IReadOnlyList<Segment> segments, string suffix)
    {
        foreach (Segment segment in segments)
        {
            segment.RenameFiles(suffix);
        }

        _context.Storage.FlushDirectory(_folder.Path);
    }

    private void PublishReplaced(IReadOnlyList<Segment> old, IReadOnlyList<Segment> cleaned)
    {
        lock (_lock)
        {
            Volatile.Write(ref _segments, _segments.Replace(old, cleaned)!);

            // The places of offsets are looked up again: they may have been in the old segments.
            if (!ReferenceEquals(_highWatermark, _end))
            {
                Volatile.Write(ref _highWatermark, new LogOffsetMetadata(_highWatermark.Offset));
            }

            if (_firstUnstable is { } unstable)
            {
                Volatile.Write(ref _firstUnstable, new LogOffsetMetadata(unstable.Offset));
            }

            HashSet<long> gone = [.. old.Select(segment => segment.BaseOffset)];
            gone.ExceptWith(cleaned.Select(segment => segment.BaseOffset));
            _snapshots.DeleteWhere(gone.Contains);
        }
    }
}
