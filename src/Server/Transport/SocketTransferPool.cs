using System.Collections.Concurrent;

namespace Compat.Server.Transport;

/// <summary>
/// Senders shared by all connections: only a connection that is sending has one. At most <see cref="Limit"/> are kept.
/// </summary>
internal sealed class SocketTransferPool : IDisposable
{
    /// <summary>How many idle senders are kept for the next to send.</summary>
    internal const int Limit = 64;

    private readonly ConcurrentStack<SocketTransfer> _idle = new();
    private int _idleCount;

    /// <summary>A sender for the caller alone.</summary>
    public SocketTransfer Rent()
    {
        if (_idle.TryPop(out SocketTransfer? transfer))
        {
            Interlocked.Decrement(ref _idleCount);
            return transfer;
        }

        return new SocketTransfer();
    }

    /// <summary>Takes a sender back that has nothing under way.</summary>
    public void Return(SocketTransfer transfer)
    {
        transfer.Forget();
        if (Interlocked.Increment(ref _idleCount) <= Limit)
        {
            _idle.Push(transfer);
            return;
        }

        Interlocked.Decrement(ref _idleCount);
        transfer.Dispose();
    }

    public void Dispose()
    {
        while (_idle.TryPop(out SocketTransfer? transfer))
        {
            transfer.Dispose();
        }
    }
}
