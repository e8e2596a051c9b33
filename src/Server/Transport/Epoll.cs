using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Compat.Server.Transport;

/// <summary>Linux's epoll(7), eventfd(2) and ppoll(2).</summary>
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

    /// <summary>Waits on this thread for something to receive. False when there was nothing, as far as can be told.</summary>
    public static bool WaitFor(int descriptor, int microseconds)
    {
        PollRequest request = new() { Descriptor = descriptor, Events = (short)Readable };
        TimeLimit limit = new() { Nanoseconds = microseconds * 1000 };
        return Poll(&request, 1, &limit, null) == 1;
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

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    private static partial int Poll(PollRequest* requests, nuint count, TimeLimit* limit, void* signals);

    // struct pollfd
    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    // struct timespec
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeLimit
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
