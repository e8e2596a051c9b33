namespace Compat.Log;

/// <summary>An offset together with where its batch begins, once that is known. Immutable, so that one reference is read whole.</summary>
internal sealed class LogOffsetMetadata(long offset, long segmentBaseOffset = LogOffsetMetadata.Unresolved, int position = 0)
{
    public const long Unresolved = -1;

    public long Offset => offset;

    /// <summary>The segment that the position is in.</summary>
    public long SegmentBaseOffset => segmentBaseOffset;

    /// <summary>The position in the segment's file at which the batch of the offset begins, or will begin.</summary>
    public int Position => position;

    public bool IsResolved => segmentBaseOffset != Unresolved;
}
