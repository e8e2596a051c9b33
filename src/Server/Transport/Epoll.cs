using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Compat.Server.Transport;

/// <summary>Linux's epoll(7) and eventfd(2).</summary>
internal static unsafe partial class Epoll
{
    public const int CloseOnExec = 0x80000;
    public const int Add = 1;
    public const int Modify = 3;
    public const uint Readable = 0x1;
    public const uint PeerEnded = 0x2000;
    public const uint OneShot = 1u << 30;
    private const int Interrupted = 4;

    /// <summary>The size of the kernel's struct epoll_event: packed on x86, aligned elsewhere.</summary>
    public static int EventBytes => TokenOffset + sizeof(ulong);

    private static int TokenOffset => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? sizeof(uint) : sizeof(ulong);

    /// <summary>epoll_ctl with the token that <see cref="Wait"/> is to return. Negative when it fails.</summary>
    public static int Control(int epoll, int operation, int descriptor, uint events, ulong token)
    {
        byte* raw = stackalloc byte[sizeof(ulong) + sizeof(ulong)];
        Unsafe.WriteUnaligned(raw, events);
        Unsafe.WriteUnaligned(raw + TokenOffset, token);
        return EpollControl(epoll, operation, descriptor, raw);
    }

    /// <summary>Waits for one event, as long as it takes, and returns its token.</summary>
    /// <exception cref="IOException">The operating system refuses.</exception>
    public static ulong Wait(int epoll, Span<byte> buffer)
    {
        fixed (byte* raw = buffer)
        {
            while (EpollWait(epoll, raw, 1, -1) != 1)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error != Interrupted)
                {
                    throw new IOException($"epoll_wait failed with error {error}.");
                }
            }

            return Unsafe.ReadUnaligned<ulong>(raw + TokenOffset);
        }
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int CreateEvent(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, void* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int epoll, int operation, int descriptor, byte* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int epoll, byte* events, int count, int timeoutMs);
}
