using Compat.Log.Storage;

namespace Compat.Log.Segments;

/// <summary>
/// The sorted entries of fixed size that an index file holds. The index of an active segment is in memory, in the file's
/// own bytes, and is written when the segment is rolled or closed; after a crash it is rebuilt with the segment, which has
/// to be read anyway. The index of any other segment is searched in its file. Nothing is preallocated or mapped: ten
/// thousand idle logs cost ten thousand empty arrays.
/// </summary>
/// <remarks>One thread writes; any number read, also while it writes.</remarks>
internal abstract class SegmentIndex(SegmentFiles files, string kind, int entrySize)
{
    /// <summary>Entries of a first allocation.</summary>
    private const int SmallestCapacity = 4;

    private byte[]? _bytes;
    private int _count;
    private bool _isDirty;

    /// <summary>The base offset of the segment, from which the offsets of entries count.</summary>
    protected long BaseOffset => files.BaseOffset;

    /// <summary>The number of entries in memory; only meaningful while <see cref="IsInMemory"/>.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether the entries are in memory, so that they may be added to.</summary>
    public bool IsInMemory => Volatile.Read(ref _bytes) is not null;

    /// <summary>Whether a file for the index exists.</summary>
    public bool FileExists => files.Exists(kind);

    /// <summary>Whether no entry more fits in an index of this size.</summary>
    public virtual bool IsFull(int maxIndexBytes) => Count >= maxIndexBytes / entrySize;

    /// <summary>Begins anew with no entries, in memory.</summary>
    public void Reset()
    {
        Publish([], 0);
        _isDirty = true;
    }

    /// <summary>Brings the entries of the file into memory; a missing file has none.</summary>
    /// <returns>False when the file has an impossible length: the index has to be rebuilt.</returns>
    public bool TryLoad()
    {
        byte[] bytes = files.ReadAllBytes(kind) ?? [];
        if (bytes.Length % entrySize != 0)
        {
            return false;
        }

        Publish(bytes, bytes.Length / entrySize);
        _isDirty = false;
        return true;
    }

    /// <summary>Writes the entries to the file if it does not hold them yet; they stay in memory.</summary>
    public void Persist(bool flush)
    {
        if (!_isDirty || _bytes is null)
        {
            return;
        }

        files.WriteAllBytes(kind, _bytes.AsSpan(0, _count * entrySize), flush);
        _isDirty = false;
    }

    /// <summary>Makes the file durable, if there is one.</summary>
    public void FlushFile()
    {
        using IStorageFile? file = files.OpenIfExists(kind);
        file?.Flush();
    }

    /// <summary>Forgets what is in memory; from now on the file is searched.</summary>
    public void Unload() => Volatile.Write(ref _bytes, null);

    /// <summary>
    /// Keeps only the first entries. A file that still has more is written anew when the segment is rolled or closed; a
    /// crash before that rebuilds it, because what is truncated is the last segment.
    /// </summary>
    protected void KeepFirst(int count)
    {
        // A new array: somebody may be reading the old one.
        Publish(_bytes.AsSpan(0, count * entrySize).ToArray(), count);
        _isDirty = true;
    }

    /// <summary>Adds an entry behind the last one.</summary>
    protected void Add(ReadOnlySpan<byte> entry)
    {
        byte[] bytes = _bytes!;
        int end = _count * entrySize;
        if (end + entrySize > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(SmallestCapacity * entrySize, bytes.Length * 2));
            Volatile.Write(ref _bytes, bytes);
        }

        entry.CopyTo(bytes.AsSpan(end));
        Volatile.Write(ref _count, _count + 1);
        _isDirty = true;
    }

    /// <summary>
    /// Finds the last entry that <paramref name="isAtMost"/> accepts; entries it accepts come before those it does not.
    /// </summary>
    /// <returns>The number of the entry, or -1 when it accepts none; the entry's bytes are in <paramref name="entry"/>.</returns>
    protected int FindLast<TArgument>(TArgument argument, EntryTest<TArgument> isAtMost, Span<byte> entry)
    {
        // The count first: an array read later holds at least as many entries.
        int count = Volatile.Read(ref _count);
        byte[]? bytes = Volatile.Read(ref _bytes);
        if (bytes is not null)
        {
            return Search(bytes, Math.Min(count, bytes.Length / entrySize), argument, isAtMost, entry);
        }

        using IStorageFile? file = files.OpenIfExists(kind);
        return file is null ? -1 : SearchFile(file, argument, isAtMost, entry);
    }

    /// <summary>Reads an entry by number; negative numbers count from the end.</summary>
    protected bool TryRead(int number, Span<byte> entry)
    {
        int count = Volatile.Read(ref _count);
        byte[]? bytes = Volatile.Read(ref _bytes);
        if (bytes is not null)
        {
            int index = number < 0 ? count + number : number;
            if (index < 0 || index >= count)
            {
                return false;
            }

            bytes.AsSpan(index * entrySize, entrySize).CopyTo(entry);
            return true;
        }

        using IStorageFile? file = files.OpenIfExists(kind);
        long entries = (file?.Length ?? 0) / entrySize;
        long at = number < 0 ? entries + number : number;
        return at >= 0 && at < entries && file!.Read(entry, at * entrySize) == entrySize;
    }

    private int Search<TArgument>(byte[] bytes, int count, TArgument argument, EntryTest<TArgument> isAtMost, Span<byte> entry)
    {
        int low = 0;
        int high = count - 1;
        while (low <= high)
        {
            int middle = low + ((high - low) / 2);
            if (isAtMost(bytes.AsSpan(middle * entrySize, entrySize), argument))
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        if (high >= 0)
        {
            bytes.AsSpan(high * entrySize, entrySize).CopyTo(entry);
        }

        return high;
    }

    private int SearchFile<TArgument>(IStorageFile file, TArgument argument, EntryTest<TArgument> isAtMost, Span<byte> entry)
    {
        int low = 0;
        int high = (int)Math.Min(file.Length / entrySize, int.MaxValue) - 1;
        int found = -1;
        Span<byte> probe = stackalloc byte[entrySize];
        while (low <= high)
        {
            int middle = low + ((high - low) / 2);
            if (file.Read(probe, (long)middle * entrySize) == entrySize && isAtMost(probe, argument))
            {
                low = middle + 1;
                found = middle;
                probe.CopyTo(entry);
            }
            else
            {
                high = middle - 1;
            }
        }

        return found;
    }

    // Count down before the array changes, up after it: a reader takes the count first and the array second.
    private void Publish(byte[] bytes, int count)
    {
        if (count < _count)
        {
            Volatile.Write(ref _count, count);
        }

        Volatile.Write(ref _bytes, bytes);
        Volatile.Write(ref _count, count);
    }

    /// <summary>Whether an entry lies at or before what is looked for.</summary>
    protected delegate bool EntryTest<in TArgument>(ReadOnlySpan<byte> entry, TArgument argument);
}
