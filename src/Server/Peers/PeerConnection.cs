using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Server.Transport;
using Compat.Wire;

namespace Compat.Server.Peers;

/// <summary>
/// A connection to another node: makes a <see cref="PeerLink"/> when a request needs one. Every attempt counts as a
/// failure until a request is answered, and pauses grow with the failures; requests that come meanwhile share one attempt.
/// </summary>
internal sealed class PeerConnection : IPeerConnection
{
    private const int MostDoublings = 16;

    private readonly IChannelDialer _dialer;
    private readonly PeerOptions _options;
    private readonly TimeProvider _time;
    private readonly IPeerObserver? _observer;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _disposed = new();
    private Task<Connected>? _connecting;
    private PeerLink? _link;
    private PeerVersions? _versions;
    private int _failures;
    private long _lastAttemptEndedAt;

    public PeerConnection(BrokerEndpoint endpoint, IChannelDialer dialer, PeerOptions options, TimeProvider time, IPeerObserver? observer)
    {
        Endpoint = endpoint;
        _dialer = dialer;
        _options = options;
        _time = time;
        _observer = observer;
    }

    /// <inheritdoc/>
    public BrokerEndpoint Endpoint { get; }

    /// <inheritdoc/>
    public bool IsConnected
    {
        get
        {
            lock (_gate)
            {
                return _link is { IsBroken: false };
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<PeerAnswer<TResponse>> SendAsync<TResponse>(PeerRequest<TResponse> request, CancellationToken cancellation)
        where TResponse : class, IWireMessage<TResponse>
    {
        using var timeout = new CancellationTokenSource(request.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        PeerLink? link = null;
        try
        {
            Connected connected = await ConnectedAsync().WaitAsync(either.Token);
            link = connected.Link;
            if (link is null)
            {
                return PeerAnswer<TResponse>.Failed(connected.Failure, connected.Reason!);
            }

            if (connected.Versions!.Choose(request.Key, request.MinVersion, request.MaxVersion) is not { } version)
            {
                return PeerAnswer<TResponse>.Failed(
                    PeerFailure.UnsupportedVersion, $"{request.Key} v{request.MinVersion}-{request.MaxVersion} is not served");
            }

            PeerAnswer<TResponse> answer = await link.AskAsync(request.Build(version), version).WaitAsync(either.Token);
            if (answer.IsAnswered)
            {
                Volatile.Write(ref _failures, 0);
            }

            return answer;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            string reason = $"no answer to {request.Key} within {request.Timeout.TotalMilliseconds:F0} ms";
            link?.Break(reason);
            return PeerAnswer<TResponse>.Failed(link is null ? PeerFailure.Unreachable : PeerFailure.TimedOut, reason);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        PeerLink? link;
        Task? connecting;
        lock (_gate)
        {
            _disposed.Cancel();
            (link, connecting) = (_link, _connecting);
        }

        link?.Break("closed on this side");
        if (connecting is not null)
        {
            await connecting;
        }
    }

    private Task<Connected> ConnectedAsync()
    {
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested)
            {
                return Task.FromResult(new Connected(null, null, PeerFailure.Closed, "closed on this side"));
            }

            if (_link is { IsBroken: false } link)
            {
                return Task.FromResult(new Connected(link, _versions, PeerFailure.None, null));
            }

            return _connecting ??= ConnectAsync();
        }
    }

    private async Task<Connected> ConnectAsync()
    {
        await PauseAsync();
        // The attempt takes itself out of its place when it ends, so it must not end before it was put there.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        (PeerLink? link, PeerVersions? versions, string? reason) = await TryConnectAsync();
        lock (_gate)
        {
            _failures++;
            _lastAttemptEndedAt = _time.GetTimestamp();
            _connecting = null;
            (_link, _versions) = (link, versions);
            if (_disposed.IsCancellationRequested)
            {
                link?.Break("closed on this side");
                return new Connected(null, null, PeerFailure.Closed, "closed on this side");
            }
        }

        if (link is null)
        {
            return new Connected(null, null, PeerFailure.Unreachable, $"{Endpoint.Host}:{Endpoint.Port}: {reason}");
        }

        _ = ObserveAsync(link);
        return new Connected(link, versions, PeerFailure.None, null);
    }

    private async ValueTask PauseAsync()
    {
        int failures = Volatile.Read(ref _failures);
        if (failures == 0)
        {
            return;
        }

        TimeSpan pause = _options.FirstPause * (1 << Math.Min(failures - 1, MostDoublings));
        TimeSpan left = (pause < _options.LongestPause ? pause : _options.LongestPause) - _time.GetElapsedTime(_lastAttemptEndedAt);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, _time, _disposed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask<(PeerLink? Link, PeerVersions? Versions, string? Reason)> TryConnectAsync()
    {
        using var timeout = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _disposed.Token);
        DialResult dialled = await _dialer.DialAsync(Endpoint, either.Token);
        if (dialled.Channel is null)
        {
            return (null, null, dialled.Reason);
        }

        var link = new PeerLink(dialled.Channel, _options.ClientId);
        using CancellationTokenRegistration tooLate = either.Token.Register(() => link.Break("no answer to ApiVersions in time"));
        _ = link.RunAsync();
        (PeerVersions? versions, string? reason) = await PeerVersions.AskAsync(link, _options.SoftwareVersion);
        if (versions is null)
        {
            link.Break(reason!);
            return (null, null, reason);
        }

        return (link, versions, null);
    }

    private async Task ObserveAsync(PeerLink link)
    {
        _observer?.OnConnected(this);
        string reason = await link.Broken;
        if (!_disposed.IsCancellationRequested)
        {
            _observer?.OnDisconnected(this, reason);
        }
    }

    private readonly record struct Connected(PeerLink? Link, PeerVersions? Versions, PeerFailure Failure, string? Reason);
}
