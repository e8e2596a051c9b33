namespace Compat.Benchmarks.Tests;

/// <summary>
/// The bytes that an operation allocates once its code is compiled, apart from what a growing file or index takes now and
/// then. <see cref="AllocationTests"/> holds every benchmark to its number: one that grows has to be explained.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AllocatesAttribute(long bytes) : Attribute
{
    public long Bytes => bytes;
}
