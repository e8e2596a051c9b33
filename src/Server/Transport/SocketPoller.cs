using System.Runtime.InteropServices;

namespace Compat.Server.Transport;

/// <summary>
/// The threads that carry out requests, all waiting at one epoll instance of Linux. Whichever is woken receives, works
/// and answers: a request costs one wake-up and no hop, and a thread that is kept by a slow disk keeps nobody else, as
/// long as another is free. The runtime's own sockets hand every arrival from one thread to another, with a wake-up each.
/// </summary>
/// <remarks>A connection is armed for one arrival at a time, so it is never with two threads at once.</remarks>
internal sealed unsafe partial class SocketPoller : IDisposable
{
    private const ulong Stop = 0;

    // As many as Kafka's num.io.threads has by default, or two a processor: what waits for a disk may not hold all of them.
    private const int LeastThreads = 8;

    private readonly int _epoll;
    private readonly int _stopEvent;

    // The owner, and every receiver that may still be armed: the threads serve until all are gone.
    private int _users = 1;
    private int _threads;

    private SocketPoller(int threads)
    {
        _epoll = Checked(Epoll.Create(Epoll.CloseOnExec));
        _stopEvent = Checked(Epoll.CreateEvent(0, Epoll.CloseOnExec));
        Checked(Epoll.Control(_epoll, Epoll.Add, _stopEvent, Epoll.Readable, Stop));
        _threads = threads;
        for (int i = 0; i < threads; i++)
        {
            new Thread(Serve) { IsBackground = true, Name = $"requests {i + 1}" }.Start();
        }
    }

    /// <summary>How many threads a broker serves its connections with.</summary>
    public static int DefaultThreads => Math.Max(LeastThreads, 2 * Environment.ProcessorCount);

    /// <summary>Starts the threads; null where there is no epoll, and the runtime's own sockets have to do.</summary>
    public static SocketPoller? TryStart(int threads) => OperatingSystem.IsLinux() ? new SocketPoller(threads) : null;

    /// <summary>Takes note of a receiver that may come to be armed.</summary>
    public void Add() => Interlocked.Increment(ref _users);

    /// <summary>Has one thread call the receiver once there is something to receive, even if there is already.</summary>
    /// <param name="socket">The receiver's socket.</param>
    /// <param name="receiver">What to call.</param>
    /// <param name="isFirst">Whether the socket was never armed before. One that is not armed is not known to epoll,
    /// which would tell of its end whether asked or not.</param>
    /// <exception cref="IOException">The operating system has no room for one more.</exception>
    public void Arm(int socket, GCHandle<PolledReceiver> receiver, bool isFirst) => Checked(Epoll.Control(
        _epoll, isFirst ? Epoll.Add : Epoll.Modify, socket, Epoll.Readable | Epoll.PeerEnded | Epoll.OneShot, Token(receiver)));

    /// <summary>Takes note that a receiver is not armed any more and never will be.</summary>
    public void Remove() => Leave();

    /// <summary>Ends the threads as soon as no receiver is left.</summary>
    public void Dispose() => Leave();

    private static ulong Token(GCHandle<PolledReceiver> receiver) => (ulong)GCHandle<PolledReceiver>.ToIntPtr(receiver);

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            // Stays readable, so that every thread sees it.
            ulong one = 1;
            _ = Epoll.Write(_stopEvent, &one, sizeof(ulong));
        }
    }

    private void Serve()
    {
        // One at a time: what a thread took and has not come to yet, no other could serve.
        Span<byte> buffer = stackalloc byte[Epoll.EventBytes];
        while (Epoll.Wait(_epoll, buffer) is not Stop and var token)
        {
            GCHandle<PolledReceiver>.FromIntPtr((nint)token).Target.OnReady();
        }

        if (Interlocked.Decrement(ref _threads) == 0)
        {
            _ = Epoll.Close(_stopEvent);
            _ = Epoll.Close(_epoll);
        }
    }

    private static int Checked(int result) =>
        result >= 0 ? result : throw new IOException($"epoll failed with error {Marshal.GetLastPInvokeError()}.");
}
