using Compat.Clients.Tests.Support;

namespace Compat.Clients.Tests.Broker;

/// <summary>The two forms of the server: what the build made, on the runtime, and the published native binary.</summary>
internal static class BrokerBinary
{
    public const string FromBuild = "build";
    public const string Native = "native";

    public static IReadOnlyList<string> All { get; } = [FromBuild, Native];

    /// <summary>
    /// The path of the native binary, which COMPAT_NATIVE_BINARY names, or null for the build's own. Without the variable
    /// the test is skipped: publishing takes longer than the rest of the suite.
    /// </summary>
    public static string? Require(string binary)
    {
        if (binary == FromBuild)
        {
            return null;
        }

        string path = Environment.GetEnvironmentVariable("COMPAT_NATIVE_BINARY") ?? "";
        if (path.Length == 0)
        {
            Assert.Skip("COMPAT_NATIVE_BINARY does not name a published native binary");
        }

        Assert.True(File.Exists(path), $"COMPAT_NATIVE_BINARY names {path}, which is not there");
        return path;
    }

    /// <summary>The executable and the arguments in front of the server's own.</summary>
    public static (string File, string[] Arguments) Command(string? nativeBinary) =>
        nativeBinary is null ? ("dotnet", [Path.Combine(Paths.Output, "compat.dll")]) : (nativeBinary, []);
}
