namespace Compat.Replication.Quorum;

/// <summary>
/// An offset in the metadata log together with the epoch of the record before it: the end of a prefix of the log, and
/// thereby the name of a snapshot. Ordered by epoch, then offset.
/// </summary>
/// <param name="Offset">The offset after the last contained record.</param>
/// <param name="Epoch">The epoch of the last contained record.</param>
public readonly record struct OffsetAndEpoch(long Offset, int Epoch) : IComparable<OffsetAndEpoch>
{
    /// <summary>The name of the snapshot that formatting a directory leaves in it.</summary>
    public static OffsetAndEpoch Bootstrap => new(0, 0);

    /// <inheritdoc/>
    public int CompareTo(OffsetAndEpoch other)
    {
        int byEpoch = Epoch.CompareTo(other.Epoch);
        return byEpoch != 0 ? byEpoch : Offset.CompareTo(other.Offset);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Offset:D20}-{Epoch:D10}";
}
