namespace Compat.Log.Epochs;

/// <summary>Where the records of a leader epoch begin.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="StartOffset">The first offset that a leader of this epoch may have written.</param>
public readonly record struct EpochEntry(int Epoch, long StartOffset);

/// <summary>Where the records of a leader epoch end, as OffsetForLeaderEpoch answers it (KIP-101, KIP-279).</summary>
/// <param name="Epoch">The greatest known epoch that is not greater than the one asked for; -1 when it is not known.</param>
/// <param name="EndOffset">The first offset of the next epoch, or the log end offset; -1 when it is not known.</param>
public readonly record struct EpochEndOffset(int Epoch, long EndOffset)
{
    /// <summary>Nothing is known of the epoch.</summary>
    public static readonly EpochEndOffset Unknown = new(-1, -1);
}
