using Compat.Log.Segments;
using Compat.Log.Storage;

namespace Compat.Log.Loading;

/// <summary>
/// The files of a partition's directory after a first tidying: what was to be deleted is deleted, and a replacement of
/// segments that was under way is finished or undone, so that only whole segments remain.
/// </summary>
internal sealed class LogDirectoryContent
{
    private readonly IStorage _storage;
    private readonly LogFolder _folder;
    private Dictionary<string, long> _files = [];

    private LogDirectoryContent(IStorage storage, LogFolder folder)
    {
        _storage = storage;
        _folder = folder;
    }

    /// <summary>Lists and tidies a directory.</summary>
    public static LogDirectoryContent Read(IStorage storage, LogFolder folder)
    {
        LogDirectoryContent content = new(storage, folder);
        content.List();
        content.DeleteTemporary();
        content.FinishSwaps();
        content.DeleteOrphanedIndexes();
        return content;
    }

    /// <summary>Whether there is a file of that name.</summary>
    public bool Has(string name) => _files.ContainsKey(name);

    /// <summary>The offsets of the files with a suffix, ascending.</summary>
    public List<long> OffsetsOf(string suffix)
    {
        List<long> offsets = [];
        foreach (string name in _files.Keys)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal) && LogFileNames.TryParseOffset(name, out long offset))
            {
                offsets.Add(offset);
            }
        }

        offsets.Sort();
        return offsets;
    }

    /// <summary>Whether there is a file of that name, with nothing in it.</summary>
    public bool IsEmpty(string name) => _files.TryGetValue(name, out long length) && length == 0;

    /// <summary>The length of a file that exists.</summary>
    public long LengthOf(string name) => _files[name];

    private void List()
    {
        _files = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (StorageEntry entry in _storage.List(_folder.Path))
        {
            if (!entry.IsDirectory)
            {
                _files[entry.Name] = entry.Length;
            }
        }
    }

    private void DeleteTemporary()
    {
        long firstCleaned = long.MaxValue;
        foreach (string name in NamesWith(LogFileNames.CleanedSuffix))
        {
            firstCleaned = LogFileNames.TryParseOffset(name, out long offset) ? Math.Min(firstCleaned, offset) : firstCleaned;
        }

        // Segments that are swapped in at or above one still being written belong to a split that is not complete.
        foreach (string name in NamesWith(LogFileNames.SwapSuffix))
        {
            if (!LogFileNames.TryParseOffset(name, out long offset) || offset >= firstCleaned)
            {
                Delete(name);
            }
        }

        foreach (string name in (string[])[.. NamesWith(LogFileNames.CleanedSuffix), .. NamesWith(LogFileNames.DeletedSuffix), .. NamesWith(".tmp")])
        {
            Delete(name);
        }
    }

    // What remains with the suffix .swap is whole and replaces the segments whose offsets it covers.
    private void FinishSwaps()
    {
        List<string> swaps = NamesWith(LogFileNames.SwapSuffix);
        if (swaps.Count == 0)
        {
            return;
        }

        (long from, long to) = CoveredBy(swaps);
        foreach (string name in (string[])[.. _files.Keys])
        {
            if (!name.EndsWith(LogFileNames.SwapSuffix, StringComparison.Ordinal)
                && IsSegmentFile(name) && LogFileNames.TryParseOffset(name, out long offset) && offset >= from && offset < to)
            {
                Delete(name);
            }
        }

        foreach (string name in swaps)
        {
            _storage.Rename(_folder.File(name), _folder.File(name[..^LogFileNames.SwapSuffix.Length]));
        }

        List();
    }

    private (long From, long To) CoveredBy(List<string> swaps)
    {
        long from = long.MaxValue;
        long to = long.MinValue;
        foreach (string name in swaps)
        {
            if (name.EndsWith(LogFileNames.LogSuffix + LogFileNames.SwapSuffix, StringComparison.Ordinal)
                && LogFileNames.TryParseOffset(name, out long offset))
            {
                from = Math.Min(from, offset);
                to = Math.Max(to, NextOffsetOf(name, offset));
            }
        }

        return (from, to);
    }

    private long NextOffsetOf(string name, long baseOffset)
    {
        using IStorageFile file = _storage.Open(_folder.File(name), StorageOpenMode.Existing);
        using BatchReader reader = new(file, 0, (int)Math.Min(file.Length, int.MaxValue));
        long next = baseOffset;
        while (reader.MoveNext())
        {
            next = reader.Current.NextOffset;
        }

        return next;
    }

    private void DeleteOrphanedIndexes()
    {
        foreach (string name in (string[])[.. _files.Keys])
        {
            if (IsIndexFile(name) && LogFileNames.TryParseOffset(name, out long offset)
                && !Has(LogFileNames.Name(offset, LogFileNames.LogSuffix)))
            {
                Delete(name);
            }
        }
    }

    private static bool IsIndexFile(string name) =>
        name.EndsWith(LogFileNames.OffsetIndexSuffix, StringComparison.Ordinal)
        || name.EndsWith(LogFileNames.TimeIndexSuffix, StringComparison.Ordinal)
        || name.EndsWith(LogFileNames.TransactionIndexSuffix, StringComparison.Ordinal);

    private static bool IsSegmentFile(string name) =>
        IsIndexFile(name) || name.EndsWith(LogFileNames.LogSuffix, StringComparison.Ordinal);

    private List<string> NamesWith(string suffix) =>
        [.. _files.Keys.Where(name => name.EndsWith(suffix, StringComparison.Ordinal))];

    private void Delete(string name)
    {
        _files.Remove(name);
        _storage.DeleteFile(_folder.File(name));
    }
}
