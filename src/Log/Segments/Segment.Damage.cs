using Compat.Log.Storage;
using Compat.Wire.Records;

namespace Compat.Log.Segments;

/// <summary>
/// Stretches that cannot be read: found by who comes upon them, said once, and passed over by everybody who wants what
/// lies behind.
/// </summary>
internal sealed partial class Segment
{
    // Replaced, never changed; nearly always empty.
    private DamagedRange[] _damages = [];

    /// <summary>The damage that begins at a position, where a batch should.</summary>
    /// <param name="file">The segment's file.</param>
    /// <param name="position">Where the batch cannot be read.</param>
    /// <param name="fromOffset">The offset that should follow.</param>
    /// <param name="end">Where the segment ends for the caller.</param>
    /// <returns>Null when the segment has been cut there meanwhile, so that nothing is wrong.</returns>
    public DamagedRange? DamageAt(IStorageFile file, int position, long fromOffset, int end)
    {
        if (end > Size)
        {
            return null;
        }

        DamagedRange? known = Array.Find(Volatile.Read(ref _damages), damage => damage.Position <= position && position < damage.End);
        return known ?? Remember(Explore(file, position, fromOffset, end));
    }

    /// <summary>The same for who has no file at hand.</summary>
    public DamagedRange? DamageAt(int position, long fromOffset, int end)
    {
        SharedFile file = Acquire();
        try
        {
            return DamageAt(file.File, position, fromOffset, end);
        }
        finally
        {
            file.Release();
        }
    }

    // Who looks for an offset behind known damage begins behind it.
    private int PastDamage(int position, long offset)
    {
        foreach (DamagedRange damage in Volatile.Read(ref _damages))
        {
            position = damage.ToOffset <= offset ? Math.Max(position, damage.End) : position;
        }

        return position;
    }

    private DamagedRange Explore(IStorageFile file, int position, long fromOffset, int end)
    {
        int next = BatchFinder.Find(file, position + 1, end, fromOffset, BaseOffset + int.MaxValue);
        if (next < 0)
        {
            return new DamagedRange(position, end, fromOffset, long.MaxValue);
        }

        Span<byte> header = stackalloc byte[RecordBatch.HeaderSize];
        file.Read(header, next);
        return new DamagedRange(position, next, fromOffset, RecordBatchHeader.Read(header).BaseOffset);
    }

    private DamagedRange Remember(DamagedRange found)
    {
        lock (_indexLock)
        {
            if (Array.Find(_damages, damage => damage.Position == found.Position) is { } known)
            {
                return known;
            }

            Volatile.Write(ref _damages, [.. _damages, found]);
        }

        if (found.ToOffset == long.MaxValue)
        {
            LogMessages.EndDamaged(_context.Logger, this, found.FromOffset, found.Position);
        }
        else
        {
            LogMessages.RangeDamaged(_context.Logger, this, found.FromOffset, found.ToOffset - 1, found.Position, found.End);
        }

        return found;
    }

    private void ForgetDamage() => Volatile.Write(ref _damages, []);
}
