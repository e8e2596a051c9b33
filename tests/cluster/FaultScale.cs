namespace Compat.Cluster.Tests;

/// <summary>How long the fault tests take: short where every change has to pass them, as long as asked elsewhere.</summary>
internal static class FaultScale
{
    /// <summary>The environment variable that multiplies the number of faults, 1 when it is not set.</summary>
    public const string Variable = "COMPAT_FAULT_SCALE";

    private static readonly int Scale = int.TryParse(Environment.GetEnvironmentVariable(Variable), out int scale) && scale > 0 ? scale : 1;

    public static int Rounds(int atLeast) => atLeast * Scale;

    /// <summary>Seeds of this run: the first few, or more of them at a larger scale.</summary>
    public static IEnumerable<int> Seeds(int atLeast) => Enumerable.Range(1, atLeast * Scale);
}
