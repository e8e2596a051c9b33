namespace Compat.Server.Transport;

/// <summary>How a socket's bytes arrive: by the poller's threads, or by the runtime's.</summary>
internal interface ISocketReceiver : IDisposable
{
    /// <summary>
    /// Whether a receive under way ends when the socket is shut down. If so, the socket may not be closed before.
    /// </summary>
    bool EndsByShutdown { get; }

    /// <summary>Receives once; see <see cref="IByteChannel.ReceiveAsync"/>.</summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer);
}
