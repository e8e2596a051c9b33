using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Compat.Clients;

/// <summary>
/// Makes Confluent.Kafka load the librdkafka of its own package. The package's first choice on Linux wants a soname of
/// libsasl2 that only some distributions have; where it is missing, the name falls through to whatever librdkafka the
/// system has, years older, without a word. The second choice in the package has no such dependency.
/// </summary>
internal static class NativeLibrdkafka
{
    /// <summary>What every test that uses the library must find in <see cref="Library.VersionString"/>.</summary>
    public const string ExpectedVersion = "2.16.0";

    [ModuleInitializer]
    internal static void Initialize()
    {
        if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "centos8-librdkafka.so");
        return name == "librdkafka" && File.Exists(path) ? NativeLibrary.Load(path) : nint.Zero;
    }
}
