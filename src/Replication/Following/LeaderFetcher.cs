using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace Compat.Replication.Following;

/// <summary>What all fetchers of a broker share.</summary>
/// <param name="Options">How to fetch.</param>
/// <param name="Peers">The other brokers.</param>
/// <param name="EndpointOf">Where brokers reach a broker; null while that is not known.</param>
/// <param name="BrokerEpoch">The epoch of this broker's registration.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where events are said.</param>
/// <param name="OnLost">Told of a leader to whom the connection broke.</param>
internal sealed record FetcherEnvironment(
    ReplicaFetchOptions Options,
    IPeers Peers,
    Func<int, BrokerEndpoint?> EndpointOf,
    Func<long> BrokerEpoch,
    TimeProvider Time,
    ILogger Logger,
    Action<int>? OnLost);

/// <summary>
/// Fetches from one leader, one request after the other, for as long as it has partitions. The requests and what answers
/// do are <see cref="FollowedPartitions"/>; this is the loop around them.
/// </summary>
internal sealed partial class LeaderFetcher : IPeerObserver, IAsyncDisposable
{
    private const short FirstWithTopicIds = 13;
    private const short FirstWithReplicaState = 15;

    private readonly FetcherEnvironment _environment;
    private readonly int _leaderId;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _wakeUp = new(0);
    private readonly long _start;
    private readonly Task _running;
    private IPeerConnection? _connection;

    // Where a fetch is under way; null if none is.
    private IPeerConnection? _asked;
    private int _failures;
    private bool _isReachable = true;

    public LeaderFetcher(FetcherEnvironment environment, int leaderId)
    {
        _environment = environment;
        _leaderId = leaderId;
        _logger = environment.Logger;
        _start = environment.Time.GetTimestamp();
        Partitions = new FollowedPartitions(environment.Options, environment.Logger);
        _running = Task.Run(RunAsync);
    }

    /// <summary>What is fetched.</summary>
    public FollowedPartitions Partitions { get; }

    private ReplicaFetchOptions Options => _environment.Options;

    private long NowMs => (long)_environment.Time.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>Looks at once whether there is something to be fetched, even if the leader holds a fetch because it has no news.</summary>
    public void WakeUp()
    {
        if (_wakeUp.CurrentCount == 0)
        {
            _wakeUp.Release();
        }
        if (Volatile.Read(ref _asked) is { } asked)
        {
            _ = HurryAsync(asked);
        }
    }

    /// <inheritdoc/>
    public void OnConnected(IPeerConnection connection)
    {
    }

    /// <inheritdoc/>
    public void OnDisconnected(IPeerConnection connection, string reason) => _environment.OnLost?.Invoke(_leaderId);

    /// <summary>Stops; no answer is taken afterwards.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        if (_connection is not null)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await FetchOnceAsync(_stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            LogEnded(_leaderId, e);
            throw;
        }
    }

    private async Task FetchOnceAsync(CancellationToken cancellation)
    {
        await FindOffsetsAsync(cancellation).ConfigureAwait(false);
        // What it was woken for so far is in the request that is made now.
        _wakeUp.Wait(0, cancellation);
        if (Partitions.NextRequest(NowMs) is not { } request)
        {
            await RestAsync(cancellation).ConfigureAwait(false);
            return;
        }
        using PeerAnswer<FetchResponse>? answer = await FetchAsync(Describe(request), cancellation).ConfigureAwait(false);
        if (answer is { IsAnswered: true })
        {
            NoteReachable();
            Partitions.OnAnswer(answer.Response, NowMs);
            return;
        }
        Partitions.OnFailure();
        NoteUnreachable(answer?.Reason ?? "its address is not known");
        await RestAsync(cancellation, Options.PauseMs(_failures++)).ConfigureAwait(false);
    }

    private async ValueTask<PeerAnswer<FetchResponse>?> FetchAsync(PeerRequest<FetchResponse> request, CancellationToken cancellation)
    {
        ValueTask<PeerAnswer<FetchResponse>?> answer = AskAsync(request, cancellation);
        // First it is said that a fetch is under way, and then looked whether somebody called before that was said.
        Interlocked.Exchange(ref _asked, _connection);
        if (_wakeUp.CurrentCount > 0 && _connection is not null)
        {
            _ = HurryAsync(_connection);
        }
        try
        {
            return await answer.ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _asked, null);
        }
    }

    /// <summary>
    /// Has the leader answer the fetch that it holds: a leader of this kind does when the follower sends anything more. Others
    /// answer in their time, and the request does nothing else.
    /// </summary>
    private async Task HurryAsync(IPeerConnection connection)
    {
        using PeerAnswer<ApiVersionsResponse> answer = await connection.SendAsync(PeerRequest.Of(
            new ApiVersionsRequest { ClientSoftwareName = "compat", ClientSoftwareVersion = "1" },
            TimeSpan.FromMilliseconds(Options.SocketTimeoutMs))).ConfigureAwait(false);
    }

    private PeerRequest<FetchResponse> Describe(FetchRequest request) => PeerRequest.From(
        ApiKey.Fetch, FirstWithTopicIds, TimeSpan.FromMilliseconds(Options.SocketTimeoutMs), version =>
        {
            if (version >= FirstWithReplicaState)
            {
                request.ReplicaState = new() { ReplicaId = Options.BrokerId, ReplicaEpoch = _environment.BrokerEpoch() };
            }
            else
            {
                request.ReplicaId = Options.BrokerId;
            }
            return request;
        });

    /// <summary>Finds out where the leader's log starts and ends, for those whose offset it refused.</summary>
    private async Task FindOffsetsAsync(CancellationToken cancellation)
    {
        if (Partitions.OutOfRange is not { Count: > 0 } lost)
        {
            return;
        }
        LeaderOffsets latest = await AskForOffsetsAsync(lost, LeaderOffsets.Latest, cancellation).ConfigureAwait(false);
        LeaderOffsets earliest = await AskForOffsetsAsync(lost, LeaderOffsets.Earliest, cancellation).ConfigureAwait(false);
        foreach (FollowedPartition followed in lost)
        {
            (ErrorCode error, long end) = latest.Of(followed);
            (ErrorCode startError, long start) = earliest.Of(followed);
            Partitions.OnOffsets(followed, error == ErrorCode.None ? startError : error, start, end, NowMs);
        }
    }

    private async Task<LeaderOffsets> AskForOffsetsAsync(
        IReadOnlyList<FollowedPartition> lost, long timestamp, CancellationToken cancellation)
    {
        PeerRequest<ListOffsetsResponse> request = PeerRequest.Of(
            LeaderOffsets.Request(lost, timestamp, Options.BrokerId), TimeSpan.FromMilliseconds(Options.SocketTimeoutMs));
        using PeerAnswer<ListOffsetsResponse>? answer = await AskAsync(request, cancellation).ConfigureAwait(false);
        return new LeaderOffsets(answer is { IsAnswered: true } ? answer.Response : null);
    }

    private async ValueTask<PeerAnswer<TResponse>?> AskAsync<TResponse>(PeerRequest<TResponse> request, CancellationToken cancellation)
        where TResponse : class, IWireMessage<TResponse>
    {
        BrokerEndpoint? endpoint = _environment.EndpointOf(_leaderId);
        if (_connection is not null && _connection.Endpoint != endpoint)
        {
            // The broker has come back elsewhere.
            await _connection.DisposeAsync().ConfigureAwait(false);
            _connection = null;
        }
        _connection ??= endpoint is null ? null : _environment.Peers.Open(endpoint, this);
        return _connection is null ? null : await _connection.SendAsync(request, cancellation).ConfigureAwait(false);
    }

    /// <summary>Waits until a partition is set, a pause ends, or a time has passed.</summary>
    private async Task RestAsync(CancellationToken cancellation, long longestMs = Timeout.Infinite)
    {
        long? pauseMs = Partitions.NextReadyMs is { } readyMs ? Math.Max(0, readyMs - NowMs) : null;
        long restMs = longestMs == Timeout.Infinite ? pauseMs ?? Timeout.Infinite : Math.Min(longestMs, pauseMs ?? longestMs);
        using var alarm = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task woken = _wakeUp.WaitAsync(alarm.Token);
        TimeSpan rest = TimeSpan.FromMilliseconds(restMs);
        Task over = Task.Delay(rest, _environment.Time, alarm.Token);
        await Task.WhenAny(woken, over).ConfigureAwait(false);
        await alarm.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
    }

    private void NoteReachable()
    {
        _failures = 0;
        if (!_isReachable)
        {
            _isReachable = true;
            LogReachable(_leaderId);
        }
    }

    private void NoteUnreachable(string reason)
    {
        if (_isReachable)
        {
            _isReachable = false;
            LogUnreachable(_leaderId, reason);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Fetching from broker {Leader} fails: {Reason}")]
    private partial void LogUnreachable(int leader, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Fetching from broker {Leader} works again")]
    private partial void LogReachable(int leader);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Fetching from broker {Leader} has ended")]
    private partial void LogEnded(int leader, Exception exception);
}
