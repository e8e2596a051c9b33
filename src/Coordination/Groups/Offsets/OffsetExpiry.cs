namespace Compat.Coordination.Groups.Offsets;

/// <summary>When a group's offsets expire (KIP-211).</summary>
internal readonly record struct OffsetExpiry
{
    private readonly long? _emptySinceMs;

    private OffsetExpiry(bool mayExpire, long? emptySinceMs)
    {
        MayExpire = mayExpire;
        _emptySinceMs = emptySinceMs;
    }

    /// <summary>Nothing expires while the group is as it is.</summary>
    public static OffsetExpiry Never => default;

    /// <summary>Each offset expires a retention after it was committed.</summary>
    public static OffsetExpiry AfterCommit => new(true, null);

    /// <summary>False when nothing expires.</summary>
    public bool MayExpire { get; }

    /// <summary>All offsets expire a retention after the group became empty.</summary>
    public static OffsetExpiry AfterEmpty(long emptySinceMs) => new(true, emptySinceMs);

    /// <summary>Whether an offset has expired.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="nowMs">The wall clock, milliseconds since 1970.</param>
    /// <param name="retentionMs">offsets.retention.minutes in milliseconds.</param>
    public bool HasExpired(CommittedOffset offset, long nowMs, long retentionMs)
    {
        if (!MayExpire)
        {
            return false;
        }

        // A commit of versions 2 to 4 says itself when it expires.
        return offset.ExpireTimestampMs != CommittedOffset.NoTimestamp
            ? nowMs >= offset.ExpireTimestampMs
            : nowMs - (_emptySinceMs ?? offset.CommitTimestampMs) >= retentionMs;
    }
}
