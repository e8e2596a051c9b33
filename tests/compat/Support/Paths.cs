using System.Runtime.CompilerServices;

namespace Compat.Clients.Tests.Support;

internal static class Paths
{
    /// <summary>Where the drivers' sources are; the interpreted ones run from there.</summary>
    public static string Drivers { get; } = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(ThisFile()))!, "clients");

    public static string Output => AppContext.BaseDirectory;

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
