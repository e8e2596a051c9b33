namespace Compat.Log.Cleaning;

/// <summary>The last thing in a log that a producer's state stands on.</summary>
/// <param name="Offset">The last offset of its last batch of records; -1 when all it has written in its epoch is a marker.</param>
/// <param name="Epoch">Its epoch.</param>
internal readonly record struct LastRecord(long Offset, short Epoch);
