namespace Compat.Log.Cleaning;

/// <summary>The memory of one cleaner thread.</summary>
/// <param name="DedupeBufferBytes">For the keys of a log.</param>
/// <param name="LoadFactor">How full that may get, 0 to 1.</param>
/// <param name="ReadBufferBytes">What is read at once; a larger batch is read alone.</param>
/// <param name="WriteBufferBytes">What is collected before it is written.</param>
internal sealed record CleanerLimits(long DedupeBufferBytes, double LoadFactor, int ReadBufferBytes, int WriteBufferBytes);
