using Compat.Log.Storage;

namespace Compat.Log.Segments;

/// <summary>
/// The transactions aborted by markers in a segment, in the order of their markers. The file exists only when there are
/// any; entries are written at once, so that unlike the other indexes it needs no closing.
/// </summary>
internal sealed class TransactionIndex(SegmentFiles files, bool mayExist)
{
    // Replaced, never changed: readers hold no lock. Null until the file was read.
    private AbortedTransaction[]? _entries = mayExist ? null : [];

    private AbortedTransaction[] Entries => Volatile.Read(ref _entries) ?? Load();

    /// <summary>Whether no transaction of the segment was aborted.</summary>
    public bool IsEmpty => Entries.Length == 0;

    /// <summary>Adds aborted transactions in the order of their last offsets, which are greater than those before.</summary>
    public void Append(params ReadOnlySpan<AbortedTransaction> transactions)
    {
        AbortedTransaction[] entries = Entries;
        byte[] bytes = new byte[transactions.Length * AbortedTransaction.EntrySize];
        for (int index = 0; index < transactions.Length; index++)
        {
            transactions[index].Write(bytes.AsSpan(index * AbortedTransaction.EntrySize));
        }

        using (IStorageFile file = files.OpenOrCreate(LogFileNames.TransactionIndexSuffix))
        {
            file.Write(bytes, (long)entries.Length * AbortedTransaction.EntrySize);
        }

        Volatile.Write(ref _entries, [.. entries, .. transactions]);
    }

    /// <summary>
    /// Adds to <paramref name="result"/> the transactions that overlap the offsets from one to another.
    /// </summary>
    /// <returns>True when no later segment can hold another one.</returns>
    public bool Collect(long fetchOffset, long upperBoundOffset, List<AbortedTransaction> result)
    {
        foreach (AbortedTransaction transaction in Entries)
        {
            if (transaction.LastOffset >= fetchOffset && transaction.FirstOffset < upperBoundOffset)
            {
                result.Add(transaction);
            }

            if (transaction.LastStableOffset >= upperBoundOffset)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Removes the transactions whose marker is at or after an offset.</summary>
    public void TruncateTo(long offset)
    {
        AbortedTransaction[] entries = Entries;
        int keep = Array.FindIndex(entries, entry => entry.LastOffset >= offset);
        if (keep < 0)
        {
            return;
        }

        using (IStorageFile file = files.OpenOrCreate(LogFileNames.TransactionIndexSuffix))
        {
            file.Truncate((long)keep * AbortedTransaction.EntrySize);
        }

        Volatile.Write(ref _entries, entries[..keep]);
    }

    /// <summary>Begins anew, because the segment is read again from its beginning.</summary>
    public void Reset()
    {
        files.Delete(LogFileNames.TransactionIndexSuffix);
        Volatile.Write(ref _entries, []);
    }

    /// <summary>Makes the file durable, if there is one.</summary>
    public void Flush()
    {
        if (!IsEmpty)
        {
            using IStorageFile file = files.Open(LogFileNames.TransactionIndexSuffix);
            file.Flush();
        }
    }

    // What follows an entry that is cut off or of an unknown version was not written by a log that closed well.
    private AbortedTransaction[] Load()
    {
        ReadOnlySpan<byte> bytes = files.ReadAllBytes(LogFileNames.TransactionIndexSuffix) ?? [];
        List<AbortedTransaction> entries = new(bytes.Length / AbortedTransaction.EntrySize);
        while (bytes.Length >= AbortedTransaction.EntrySize && AbortedTransaction.TryRead(bytes, out AbortedTransaction entry))
        {
            entries.Add(entry);
            bytes = bytes[AbortedTransaction.EntrySize..];
        }

        AbortedTransaction[] loaded = [.. entries];
        return Interlocked.CompareExchange(ref _entries, loaded, null) ?? loaded;
    }
}
