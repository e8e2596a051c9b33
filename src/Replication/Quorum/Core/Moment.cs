namespace Compat.Replication.Quorum.Core;

/// <summary>What time it is for the quorum.</summary>
/// <param name="ElapsedMs">Milliseconds of a clock that never jumps; all time limits are measured by it.</param>
/// <param name="UnixMs">Unix milliseconds, for what people read.</param>
internal readonly record struct Moment(long ElapsedMs, long UnixMs);
