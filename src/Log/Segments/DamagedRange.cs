namespace Compat.Log.Segments;

/// <summary>A stretch of a segment in which no batch can be read.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="End">Where the next batch that can be read begins, or the segment ends.</param>
/// <param name="FromOffset">The offset after the last batch before it.</param>
/// <param name="ToOffset">The first offset behind it; where the segment ends with it, the first one that the segment does not have.</param>
internal sealed record DamagedRange(int Position, int End, long FromOffset, long ToOffset);
