namespace Compat.Log.Segments;

/// <summary>
/// Where the last few appends to a segment began. A consumer that keeps up asks for just these, and its fetch then needs
/// neither the index nor a header from the file. Every slot is true whenever it is read, so readers take no lock.
/// </summary>
internal sealed class TailPositions
{
    private const int Slots = 16;
    private const long Unused = -1;

    private readonly long[] _slots = new long[Slots];
    private int _next;

    public TailPositions()
    {
        Clear();
    }

    /// <summary>Remembers that the batch with this base offset, counted from the segment's, begins at a position.</summary>
    public void Add(int relativeOffset, int position)
    {
        Volatile.Write(ref _slots[_next], ((long)relativeOffset << 32) | (uint)position);
        _next = (_next + 1) % Slots;
    }

    /// <summary>The latest remembered batch that begins at or before an offset; false when all begin after it.</summary>
    public bool TryFind(long relativeOffset, out int foundOffset, out int position)
    {
        long best = Unused;
        for (int slot = 0; slot < Slots; slot++)
        {
            long each = Volatile.Read(ref _slots[slot]);
            if (each > best && each >> 32 <= relativeOffset)
            {
                best = each;
            }
        }

        foundOffset = (int)(best >> 32);
        position = (int)best;
        return best != Unused;
    }

    /// <summary>Forgets everything, because the segment was truncated.</summary>
    public void Clear() => _slots.AsSpan().Fill(Unused);
}
