using System.Globalization;
using System.Text;
using Compat.Log.Checkpoints;
using Compat.Log.Segments;
using Compat.Log.Storage;

namespace Compat.Log.Epochs;

/// <summary>
/// Which leader epoch wrote which stretch of a log, also in the file <c>leader-epoch-checkpoint</c>. Epochs and start
/// offsets both grow. The file is written when the log is flushed or closed, not at every change: epochs that it lacks lie
/// above the recovery point, where a start after a crash reads the records.
/// </summary>
/// <remarks>The log's lock covers every change. Reading needs none: the entries are replaced, never changed.</remarks>
internal sealed class LeaderEpochCache(IStorage storage, LogFolder folder)
{
    public const string FileName = "leader-epoch-checkpoint";

    private EpochEntry[] _entries = [];
    private EpochEntry[]? _written;
    private bool _isDurable;
    private bool _hasReplacement;

    /// <summary>The entries in ascending order.</summary>
    public IReadOnlyList<EpochEntry> Entries => Volatile.Read(ref _entries);

    /// <summary>The greatest epoch, or -1.</summary>
    public int Latest => Volatile.Read(ref _entries) is { Length: > 0 } entries ? entries[^1].Epoch : -1;

    /// <summary>The first entry, or null.</summary>
    public EpochEntry? Earliest => Volatile.Read(ref _entries) is { Length: > 0 } entries ? entries[0] : null;

    /// <summary>Reads the file; a missing or damaged one leaves the cache empty.</summary>
    /// <param name="isDurable">Whether the file is known to be on the device.</param>
    public void Load(bool isDurable)
    {
        string path = folder.File(FileName);
        foreach (EpochEntry entry in CheckpointFile.Read(storage, path, ParseLine) ?? [])
        {
            Assign(entry.Epoch, entry.StartOffset);
        }

        _written = _entries;
        _isDurable = isDurable;
    }

    /// <summary>
    /// Notes that an epoch begins at an offset. Entries that contradict it are removed: they were never written to, or
    /// their records have been truncated.
    /// </summary>
    public void Assign(int epoch, long startOffset)
    {
        EpochEntry[] entries = _entries;
        if (epoch < 0 || (entries.Length > 0 && entries[^1].Epoch == epoch && entries[^1].StartOffset <= startOffset))
        {
            return;
        }

        int keep = entries.Length;
        while (keep > 0 && (entries[keep - 1].Epoch >= epoch || entries[keep - 1].StartOffset >= startOffset))
        {
            keep--;
        }

        Replace([.. entries.AsSpan(0, keep), new EpochEntry(epoch, startOffset)]);
    }

    /// <summary>Where the records of an epoch end.</summary>
    /// <param name="epoch">The epoch asked for.</param>
    /// <param name="logEndOffset">Where the log ends, which is where its latest epoch ends.</param>
    public EpochEndOffset EndOffsetFor(int epoch, long logEndOffset)
    {
        EpochEntry[] entries = Volatile.Read(ref _entries);
        if (epoch < 0 || entries.Length == 0 || epoch > entries[^1].Epoch)
        {
            return EpochEndOffset.Unknown;
        }

        if (epoch == entries[^1].Epoch)
        {
            return new EpochEndOffset(epoch, logEndOffset);
        }

        int higher = Array.FindIndex(entries, entry => entry.Epoch > epoch);

        // An epoch before all that are known: its records are gone, and the first known ones follow them.
        return new EpochEndOffset(higher == 0 ? epoch : entries[higher - 1].Epoch, entries[higher].StartOffset);
    }

    /// <summary>The epoch of the record at an offset, or -1.</summary>
    public int EpochFor(long offset)
    {
        EpochEntry[] entries = Volatile.Read(ref _entries);
        int index = Array.FindLastIndex(entries, entry => entry.StartOffset <= offset);
        return index < 0 ? -1 : entries[index].Epoch;
    }

    /// <summary>Removes the epochs that begin at or after an offset.</summary>
    public void TruncateFromEnd(long endOffset)
    {
        EpochEntry[] entries = _entries;
        int keep = entries.Length;
        while (keep > 0 && entries[keep - 1].StartOffset >= endOffset)
        {
            keep--;
        }

        if (keep < entries.Length)
        {
            Replace(entries[..keep]);
        }
    }

    /// <summary>Removes the epochs that end before an offset; the one it lies in begins there from now on.</summary>
    public void TruncateFromStart(long startOffset)
    {
        EpochEntry[] entries = _entries;
        int at = Array.FindLastIndex(entries, entry => entry.StartOffset <= startOffset);
        if (at >= 0 && (at > 0 || entries[0].StartOffset < startOffset))
        {
            Replace([new EpochEntry(entries[at].Epoch, startOffset), .. entries.AsSpan(at + 1)]);
        }
    }

    /// <summary>Removes all epochs.</summary>
    public void Clear()
    {
        if (_entries.Length > 0)
        {
            Replace([]);
        }
    }

    /// <summary>
    /// Writes the file if it is out of date, or was not made durable when it was written. An epoch without records is left out: a
    /// start forgets it, because its leader is replaced, and every leader that only waits would have its file written.
    /// </summary>
    /// <param name="logEndOffset">Where the log ends.</param>
    /// <param name="flush">
    /// Whether to return only when it is durable. Without that a file that is there is not replaced before <see cref="PutInPlace"/>:
    /// what it says of records below the recovery point is nowhere else.
    /// </param>
    public void Persist(long logEndOffset, bool flush)
    {
        EpochEntry[] entries = Array.FindAll(_entries, entry => entry.StartOffset < logEndOffset);
        if (entries.AsSpan().SequenceEqual(_written ?? []) && (_isDurable || !flush || entries.Length == 0))
        {
            return;
        }

        string path = folder.File(FileName);
        byte[] bytes = Encoding.UTF8.GetBytes(CheckpointFile.Text(entries, FormatLine));
        if (_written is null)
        {
            // There is nothing older to be kept if this is cut short.
            storage.WriteAllBytes(path, bytes, flush);
        }
        else if (flush)
        {
            storage.ReplaceAllBytes(path, bytes, flush);
        }
        else
        {
            storage.WriteReplacement(path, bytes, flush);
        }

        _hasReplacement = _written is not null && !flush;
        _written = entries;
        _isDurable = flush;
    }

    /// <summary>Puts what was written without a flush, and is durable by now, in place of the file.</summary>
    /// <returns>Whether there was anything.</returns>
    public bool PutInPlace()
    {
        if (!_hasReplacement)
        {
            return false;
        }

        storage.PutReplacementInPlace(folder.File(FileName));
        _hasReplacement = false;
        return true;
    }

    private static string FormatLine(EpochEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{entry.Epoch} {entry.StartOffset}");

    private static EpochEntry? ParseLine(string[] fields) =>
        fields.Length == 2
        && int.TryParse(fields[0], CultureInfo.InvariantCulture, out int epoch)
        && long.TryParse(fields[1], CultureInfo.InvariantCulture, out long startOffset)
            ? new EpochEntry(epoch, startOffset)
            : null;

    private void Replace(EpochEntry[] entries) => Volatile.Write(ref _entries, entries);
}
