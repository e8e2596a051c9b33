using System.Net;

namespace Compat.Server.Transport;

/// <summary>
/// One connected stream of bytes: a socket, or the in-memory form that tests use. A failing peer is ordinary, so
/// failures are values here and never exceptions. One receive and one send may be under way at a time.
/// </summary>
internal interface IByteChannel : IDisposable
{
    /// <summary>What a transfer returns when the stream has failed or was aborted.</summary>
    const int Failed = -1;

    /// <summary>
    /// Makes an accepted channel ready for use, once and before anything else. False when the peer has gone already.
    /// </summary>
    bool TryOpen();

    /// <summary>The address that the client dialled.</summary>
    IPEndPoint LocalEndPoint { get; }

    /// <summary>The address that the client came from.</summary>
    IPEndPoint RemoteEndPoint { get; }

    /// <summary>
    /// Receives at least one byte into <paramref name="buffer"/>, which must not be empty. Returns the number of bytes,
    /// 0 when the peer has finished sending, or <see cref="Failed"/>.
    /// </summary>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>
    /// Sends all of <paramref name="segments"/>, gathered. Returns false when the stream has failed. The memory may be
    /// reused as soon as the task is complete.
    /// </summary>
    ValueTask<bool> SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> segments);

    /// <summary>Ends transfers under way, now and for good. Safe to call from any thread, any number of times.</summary>
    void Abort();
}
