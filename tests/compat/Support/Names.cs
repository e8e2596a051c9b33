namespace Compat.Clients.Tests.Support;

/// <summary>Names that no two tests share, since they share a broker.</summary>
internal static class Names
{
    private static int _last;

    public static string Unique(string what) => $"{what}-{Interlocked.Increment(ref _last)}";
}
