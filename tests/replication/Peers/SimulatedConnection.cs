using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Wire;

namespace Compat.Replication.Tests.Peers;

/// <summary>A connection of a <see cref="SimulatedNetwork"/>: one request after the other, as a node serves them.</summary>
internal sealed class SimulatedConnection : IPeerConnection
{
    private readonly SimulatedNetwork _network;
    private readonly TimeProvider _time;
    private readonly string _from;
    private readonly IPeerObserver? _observer;
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;
    private TaskCompletionSource<string>? _broken;
    private bool _isDisposed;

    public SimulatedConnection(SimulatedNetwork network, TimeProvider time, string from, BrokerEndpoint endpoint, IPeerObserver? observer)
    {
        _network = network;
        _time = time;
        _from = from;
        _observer = observer;
        Endpoint = endpoint;
    }

    public BrokerEndpoint Endpoint { get; }

    public bool IsConnected
    {
        get
        {
            lock (_gate)
            {
                return _broken is not null;
            }
        }
    }

    public async ValueTask<PeerAnswer<TResponse>> SendAsync<TResponse>(PeerRequest<TResponse> request, CancellationToken cancellation)
        where TResponse : class, IWireMessage<TResponse>
    {
        if (_isDisposed)
        {
            return PeerAnswer<TResponse>.Failed(PeerFailure.Closed, "closed on this side");
        }
        if (_network.Find(Endpoint) is not { } node)
        {
            return PeerAnswer<TResponse>.Failed(PeerFailure.Unreachable, "nobody listens");
        }
        if (node.Find(request.Key, request.MinVersion, request.MaxVersion) is not { } api)
        {
            return PeerAnswer<TResponse>.Failed(PeerFailure.UnsupportedVersion, $"{request.Key} is not served");
        }
        Task<string> broken = Connect();
        byte[] bytes = SimulatedNode.Encode(request.Build(api.Version), api.Version);
        Task<byte[]> answer = Enqueue(() => ExchangeAsync(api.Answer, bytes, api.Version));
        try
        {
            Task first = await Task.WhenAny(answer, broken).WaitAsync(request.Timeout, _time, cancellation).ConfigureAwait(false);
            return first == broken
                ? PeerAnswer<TResponse>.Failed(PeerFailure.Disconnected, await broken.ConfigureAwait(false))
                : Read<TResponse>(await answer.ConfigureAwait(false), api.Version);
        }
        catch (TimeoutException)
        {
            Break("no answer in time");
            return PeerAnswer<TResponse>.Failed(PeerFailure.TimedOut, "no answer in time");
        }
    }

    /// <summary>Ends what is under way; the next request connects again.</summary>
    public void Break(string reason)
    {
        TaskCompletionSource<string>? broken;
        lock (_gate)
        {
            (broken, _broken) = (_broken, null);
            _last = Task.CompletedTask;
        }
        if (broken is not null)
        {
            broken.SetResult(reason);
            if (!_isDisposed)
            {
                _observer?.OnDisconnected(this, reason);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Break("closed on this side");
        return default;
    }

    private Task<string> Connect()
    {
        TaskCompletionSource<string> made;
        lock (_gate)
        {
            if (_broken is not null)
            {
                return _broken.Task;
            }
            made = _broken = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        _observer?.OnConnected(this);
        return made.Task;
    }

    private Task<byte[]> Enqueue(Func<Task<byte[]>> exchange)
    {
        lock (_gate)
        {
            Task<byte[]> next = After(_last, exchange);
            _last = next;
            return next;
        }

        static async Task<byte[]> After(Task last, Func<Task<byte[]>> exchange)
        {
            await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return await exchange().ConfigureAwait(false);
        }
    }

    private async Task<byte[]> ExchangeAsync(Func<byte[], short, ValueTask<byte[]>> answer, byte[] request, short version)
    {
        await ArriveAsync(_from, Endpoint.Host).ConfigureAwait(false);
        byte[] response = await answer(request, version).ConfigureAwait(false);
        await ArriveAsync(Endpoint.Host, _from).ConfigureAwait(false);
        return response;
    }

    private Task ArriveAsync(string from, string to) =>
        _network.IsCut(from, to) ? new TaskCompletionSource().Task : _network.TravelAsync();

    private static PeerAnswer<TResponse> Read<TResponse>(byte[] bytes, short version)
        where TResponse : class, IWireMessage<TResponse>
    {
        var reader = new WireReader(bytes);
        return PeerAnswer<TResponse>.Of(TResponse.Read(ref reader, version), version);
    }
}
