using System.IO.Pipelines;
using System.Net;

namespace Compat.Server.Transport;

/// <summary>
/// A connection without sockets: two channels, each the other's peer. For tests, and for clients in the same process.
/// </summary>
internal sealed class MemoryChannel : IByteChannel
{
    /// <summary>How much one side may send before the other has received it: beyond it sends wait, as on a socket.</summary>
    internal const int WindowBytes = 64 * 1024;

    private readonly PipeReader _incoming;
    private readonly PipeWriter _outgoing;
    private int _isAborted;

    private MemoryChannel(PipeReader incoming, PipeWriter outgoing, IPEndPoint local, IPEndPoint remote)
    {
        _incoming = incoming;
        _outgoing = outgoing;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
    }

    public IPEndPoint LocalEndPoint { get; }

    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>Two connected channels: the client's and the server's.</summary>
    public static (MemoryChannel Client, MemoryChannel Server) CreatePair(IPEndPoint client, IPEndPoint server)
    {
        var options = new PipeOptions(
            readerScheduler: PipeScheduler.ThreadPool,
            writerScheduler: PipeScheduler.ThreadPool,
            pauseWriterThreshold: WindowBytes,
            resumeWriterThreshold: WindowBytes / 2,
            useSynchronizationContext: false);
        var requests = new Pipe(options);
        var answers = new Pipe(options);
        return (
            new MemoryChannel(answers.Reader, requests.Writer, client, server),
            new MemoryChannel(requests.Reader, answers.Writer, server, client));
    }

    public bool TryOpen() => true;

    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        try
        {
            ReadResult result = await _incoming.ReadAsync();
            if (result.IsCanceled)
            {
                return IByteChannel.Failed;
            }

            int count = (int)Math.Min(buffer.Length, result.Buffer.Length);
            System.Buffers.BuffersExtensions.CopyTo(result.Buffer.Slice(0, count), buffer.Span);
            _incoming.AdvanceTo(result.Buffer.GetPosition(count));
            return count;
        }
        catch (InvalidOperationException)
        {
            return IByteChannel.Failed;
        }
    }

    public async ValueTask<bool> SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        try
        {
            foreach (ReadOnlyMemory<byte> segment in segments)
            {
                FlushResult result = await _outgoing.WriteAsync(segment);
                if (result.IsCompleted || result.IsCanceled)
                {
                    return false;
                }
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Tells the peer that nothing more will be sent; receiving goes on.</summary>
    public void FinishSending() => _outgoing.Complete();

    public void Abort()
    {
        if (Interlocked.Exchange(ref _isAborted, 1) == 0)
        {
            _outgoing.CancelPendingFlush();
            _outgoing.Complete();
            _incoming.CancelPendingRead();
        }
    }

    public void Dispose()
    {
        Abort();
        _incoming.Complete();
    }
}
