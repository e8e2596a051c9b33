using Compat.Replication.Peers;
using Compat.Server.Transport;
using Compat.Wire;

namespace Compat.Server.Peers;

/// <summary>
/// One live channel to another node: requests leave in the order of the calls, those that wait leave together, and
/// answers come in that order. It always receives, so a node whose process ends is noticed at once. Once broken it
/// stays so.
/// </summary>
internal sealed class PeerLink
{
    /// <summary>The largest answer that is taken. Nothing of it is allocated before it arrives.</summary>
    internal const int MaxAnswerBytes = 512 * 1024 * 1024;

    private readonly IByteChannel _channel;
    private readonly string _clientId;
    private readonly FrameReader _reader;
    private readonly Lock _gate = new();
    private readonly Queue<PeerExchange> _waiting = new();
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<ReadOnlyMemory<byte>> _unsent = [];
    private int _lastCorrelationId;
    private bool _isSending;
    private string? _brokenBy;

    public PeerLink(IByteChannel channel, string clientId)
    {
        _channel = channel;
        _clientId = clientId;
        _reader = new FrameReader(channel);
    }

    /// <summary>Completes when the channel is broken, with the reason in a line.</summary>
    public Task<string> Broken => _broken.Task;

    public bool IsBroken => Volatile.Read(ref _brokenBy) is not null;

    /// <summary>Receives answers until the channel breaks. Never throws.</summary>
    public async Task RunAsync()
    {
        string reason;
        try
        {
            reason = await ReceiveAnswersAsync();
        }
        catch (WireFormatException e)
        {
            reason = $"its answer cannot be read: {e.Message}";
        }

        Break(reason);
        _reader.ReleaseBuffer();
        _channel.Dispose();
    }

    /// <summary>Sends a request in a version and waits for its answer.</summary>
    public Task<PeerAnswer<TResponse>> AskAsync<TResponse>(IRequest<TResponse> request, short version)
        where TResponse : class, IWireMessage<TResponse>
    {
        PeerExchange<TResponse> exchange;
        lock (_gate)
        {
            if (_brokenBy is not null)
            {
                return Task.FromResult(PeerAnswer<TResponse>.Failed(PeerFailure.Unreachable, _brokenBy));
            }

            exchange = new PeerExchange<TResponse>(request.RequestKey, version, ++_lastCorrelationId);
            _unsent.Add(exchange.Encode(request, _clientId));
            _waiting.Enqueue(exchange);
            if (_isSending)
            {
                return exchange.Answer;
            }

            _isSending = true;
        }

        _ = SendAsync();
        return exchange.Answer;
    }

    /// <summary>Ends the channel and everything that waits for an answer.</summary>
    public void Break(string reason)
    {
        PeerExchange[] waiting;
        lock (_gate)
        {
            if (_brokenBy is not null)
            {
                return;
            }

            _brokenBy = reason;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        _channel.Abort();
        foreach (PeerExchange exchange in waiting)
        {
            exchange.Fail(PeerFailure.Disconnected, reason);
        }

        _broken.TrySetResult(reason);
    }

    private async Task SendAsync()
    {
        while (TakeUnsent() is { } frames)
        {
            if (!await _channel.SendAsync(frames))
            {
                Break("the connection failed");
                return;
            }
        }
    }

    private List<ReadOnlyMemory<byte>>? TakeUnsent()
    {
        lock (_gate)
        {
            if (_unsent.Count == 0 || _brokenBy is not null)
            {
                _isSending = false;
                return null;
            }

            (List<ReadOnlyMemory<byte>> frames, _unsent) = (_unsent, []);
            return frames;
        }
    }

    private async ValueTask<string> ReceiveAnswersAsync()
    {
        while (true)
        {
            while (_reader.TryRead(MaxAnswerBytes, out Frame frame))
            {
                if (!TryTakeWaiting(out PeerExchange? exchange))
                {
                    frame.Buffer.Release();
                    return "it answered what was not asked";
                }

                exchange.Complete(frame);
            }

            if (_reader.RefusedBytes is { } refused)
            {
                return $"it announced an answer of {refused} bytes";
            }

            ReceiveStatus status = await _reader.ReceiveAsync();
            if (status != ReceiveStatus.Received)
            {
                return status == ReceiveStatus.Ended ? "it closed the connection" : "the connection failed";
            }
        }
    }

    private bool TryTakeWaiting([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PeerExchange? exchange)
    {
        lock (_gate)
        {
            return _waiting.TryDequeue(out exchange);
        }
    }
}
