using System.Net;
using Compat.Server.Transport;

namespace Compat.Simulation.Network;

/// <summary>Where a process accepts streams.</summary>
internal sealed class SimulatedListener(IPEndPoint endPoint, Action<SimulatedListener> onClosed) : IChannelListener
{
    private readonly Queue<IByteChannel> _waiting = new();
    private TaskCompletionSource<AcceptResult>? _accepting;
    private bool _isClosed;

    public IPEndPoint EndPoint => endPoint;

    public ValueTask<AcceptResult> AcceptAsync()
    {
        if (_isClosed)
        {
            return ValueTask.FromResult(AcceptResult.Closed);
        }

        if (_waiting.TryDequeue(out IByteChannel? channel))
        {
            return ValueTask.FromResult(new AcceptResult(channel, null));
        }

        _accepting = new TaskCompletionSource<AcceptResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        return new ValueTask<AcceptResult>(_accepting.Task);
    }

    public void Connect(IByteChannel channel)
    {
        if (Interlocked.Exchange(ref _accepting, null) is { } accepting)
        {
            accepting.TrySetResult(new AcceptResult(channel, null));
        }
        else
        {
            _waiting.Enqueue(channel);
        }
    }

    public void Dispose()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            onClosed(this);
            Interlocked.Exchange(ref _accepting, null)?.TrySetResult(AcceptResult.Closed);
        }
    }
}
