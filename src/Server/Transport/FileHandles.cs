using System.Runtime.InteropServices;

namespace Compat.Server.Transport;

/// <summary>
/// The file handles that the process may have, of which connections leave some to logs and to the runtime: a runtime that cannot open an
/// assembly at the moment it is needed ends the process, and a log without its file takes the directory offline.
/// </summary>
internal static unsafe partial class FileHandles
{
    /// <summary>So many of the highest are not for connections.</summary>
    internal const int Reserved = 32;

    private const int NumberOfFiles = 7;

    private static readonly ulong Limit = ReadLimit();

    /// <summary>Whether a handle is one that is not for connections. The operating system gives the lowest that is free.</summary>
    public static bool IsReserved(nint handle) => (ulong)handle + Reserved >= Limit;

    // RLIMIT_NOFILE. Elsewhere than on Linux it has another number, and the runtime another way to fail.
    private static ulong ReadLimit()
    {
        ulong* limits = stackalloc ulong[2];
        return OperatingSystem.IsLinux() && GetLimit(NumberOfFiles, limits) == 0 && limits[0] > 2 * Reserved ? limits[0] : ulong.MaxValue;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, ulong* limits);
}
