using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Compat.Server.Transport;

/// <summary>
/// One direction of a socket as an awaitable that is used again and again. What awaits it continues on the thread that
/// learns of the completion: a request that has arrived costs no further hop. Errors are values, so a client that
/// resets its connection raises no exception.
/// </summary>
internal sealed class SocketTransfer : SocketAsyncEventArgs, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _completion;

    public SocketTransfer()
        : base(unsafeSuppressExecutionContextFlow: true)
    {
    }

    /// <summary>Receives once; see <see cref="IByteChannel.ReceiveAsync"/>.</summary>
    public ValueTask<int> ReceiveAsync(Socket socket, Memory<byte> buffer)
    {
        SetBuffer(buffer);
        _completion.Reset();
        return socket.ReceiveAsync(this) ? new ValueTask<int>(this, _completion.Version) : new ValueTask<int>(Outcome());
    }

    /// <summary>Sends some of <paramref name="buffer"/> and returns how much, or <see cref="IByteChannel.Failed"/>.</summary>
    public ValueTask<int> SendAsync(Socket socket, ReadOnlyMemory<byte> buffer)
    {
        BufferList = null;
        SetBuffer(System.Runtime.InteropServices.MemoryMarshal.AsMemory(buffer));
        return Send(socket);
    }

    /// <summary>Sends some of <paramref name="buffers"/> gathered and returns how much, or <see cref="IByteChannel.Failed"/>.</summary>
    public ValueTask<int> SendAsync(Socket socket, IList<ArraySegment<byte>> buffers)
    {
        SetBuffer(null);
        BufferList = buffers;
        return Send(socket);
    }

    public int GetResult(short token) => _completion.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);

    /// <summary>Lets go of the caller's memory, so that an idle connection keeps nothing alive.</summary>
    public void Forget()
    {
        BufferList = null;
        SetBuffer(null);
    }

    protected override void OnCompleted(SocketAsyncEventArgs e) => _completion.SetResult(Outcome());

    private ValueTask<int> Send(Socket socket)
    {
        _completion.Reset();
        return socket.SendAsync(this) ? new ValueTask<int>(this, _completion.Version) : new ValueTask<int>(Outcome());
    }

    private int Outcome() => SocketError == SocketError.Success ? BytesTransferred : IByteChannel.Failed;
}
