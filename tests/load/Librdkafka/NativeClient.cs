using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Compat.Load.Librdkafka;

/// <summary>
/// Loads the librdkafka that came with the Confluent.Kafka package, never one that the system happens to have.
/// The package's default library wants a Red Hat library name; where that is missing the loader would silently take
/// an older system librdkafka, and every figure would be that one's.
/// </summary>
internal static class NativeClient
{
    private const string LibraryName = "librdkafka";
    private static readonly IntPtr Handle = LoadPackaged();

    /// <summary>The version the figures belong to, for example 2.16.0.</summary>
    public static string Version => Library.VersionString;

    [ModuleInitializer]
    internal static void Initialize()
    {
        if (Handle == IntPtr.Zero)
        {
            return;
        }

        NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
        NativeLibrary.SetDllImportResolver(typeof(NativeClient).Assembly, Resolve);
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path)
        => name == LibraryName ? Handle : IntPtr.Zero;

    private static IntPtr LoadPackaged()
    {
        var packaged = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "centos8-librdkafka.so");
        return OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64 && File.Exists(packaged)
            ? NativeLibrary.Load(packaged)
            : IntPtr.Zero;
    }
}
