using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace Compat.Replication.Brokers;

/// <summary>
/// Keeps a broker in its cluster (KIP-631): registers its process with the active controller, sends heartbeats, and asks for
/// leave before it stops. The same for a controller in this process and in another.
/// </summary>
/// <remarks>
/// One loop sends one request at a time. It rests for the heartbeat's interval, or until there is something to say.
/// </remarks>
public sealed partial class BrokerLifecycle : IMetadataPublisher, IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ShutdownPoll = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long a broker stays whose partitions others lead already, while the metadata still lists it: who sends to it is told the new
    /// leader, after the 100 ms that librdkafka may pause before it sends. A client that learns of the new leader from an answer that does not
    /// list the former one any more forgets the partition with it, and looks again after up to a second.
    /// </summary>
    private static readonly TimeSpan FarewellPause = TimeSpan.FromMilliseconds(200);

    private readonly BrokerLifecycleOptions _options;
    private readonly IControllerChannel _controller;
    private readonly Func<IReadOnlyList<Uuid>> _offlineDirectories;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WakeSignal _wake;
    private readonly TaskCompletionSource _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private TimeSpan _retry = FirstRetry;
    private MetadataImage _image = MetadataImage.Empty;
    private long _brokerEpoch = -1;
    private volatile bool _isRegistered;
    private volatile bool _wantsShutdown;
    private bool _isDisposed;

    /// <summary>Makes a lifecycle that has said nothing.</summary>
    /// <param name="options">What the broker says of itself.</param>
    /// <param name="controller">The way to the active controller, with a connection of its own.</param>
    /// <param name="offlineDirectories">The ids of the log directories that failed.</param>
    /// <param name="time">For intervals.</param>
    /// <param name="logger">Where the broker's states are said.</param>
    public BrokerLifecycle(
        BrokerLifecycleOptions options,
        IControllerChannel controller,
        Func<IReadOnlyList<Uuid>> offlineDirectories,
        TimeProvider time,
        ILogger<BrokerLifecycle> logger)
    {
        _options = options;
        _controller = controller;
        _offlineDirectories = offlineDirectories;
        _time = time;
        _logger = logger;
        _wake = new WakeSignal(time);
    }

    /// <summary>The epoch of the registration, by which this broker's requests are fenced; -1 before it.</summary>
    public long BrokerEpoch => Interlocked.Read(ref _brokerEpoch);

    /// <summary>True if there are other brokers that could take over what this one leads.</summary>
    public bool HasSuccessors => Volatile.Read(ref _image).Cluster.Brokers.Values.Any(broker => broker.IsActive && broker.Id != _options.BrokerId);

    /// <summary>
    /// Registers, and returns when the broker is unfenced in its own image, so that it may serve.
    /// </summary>
    /// <exception cref="BrokerRegistrationException">The controller will never let this broker in, or did not in time.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        _loop = RunAsync();
        try
        {
            await _serving.Task.WaitAsync(_options.RegistrationTimeout, _time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new BrokerRegistrationException(
                $"no controller let this broker in within {_options.RegistrationTimeout.TotalSeconds:0} s "
                    + "(initial.broker.registration.timeout.ms)",
                e);
        }
    }

    /// <summary>
    /// Hands over what the broker leads and returns when the controller lets it stop, or the time is over.
    /// </summary>
    /// <param name="patience">The most to wait: without a controller nobody can take over.</param>
    public async Task ShutDownAsync(TimeSpan patience)
    {
        if (!_serving.Task.IsCompletedSuccessfully || _stopping.IsCancellationRequested)
        {
            return;
        }
        _wantsShutdown = true;
        _wake.Set();
        try
        {
            await _released.Task.WaitAsync(patience, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogNotReleased(_options.BrokerId, patience.TotalSeconds);
        }
    }

    /// <summary>Says at once what the next heartbeat would say: a directory failed, or there is another controller.</summary>
    public void SendNow() => _wake.Set();

    /// <inheritdoc/>
    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image)
    {
        MetadataImage before = Interlocked.Exchange(ref _image, image);
        if (delta.FeaturesChanged && !before.Features.EffectiveMetadataVersion.HasDirectories && image.Features.EffectiveMetadataVersion.HasDirectories)
        {
            // From now on the registration has the directories in it.
            _isRegistered = false;
        }
        if (IsUnfenced(image))
        {
            _serving.TrySetResult();
        }
        bool someoneStops = image.Cluster.Brokers.Values.Any(broker => broker.InControlledShutdown && !broker.Fenced && broker.Id != _options.BrokerId);
        // Whoever stops waits until all others say that they have followed.
        if (someoneStops || !_isRegistered || !_serving.Task.IsCompleted)
        {
            _wake.Set();
        }
    }

    /// <summary>Sends nothing more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            await _stopping.CancelAsync().ConfigureAwait(false);
            _wake.Set();
            await _loop.ConfigureAwait(false);
            _wake.Dispose();
            _stopping.Dispose();
        }
    }

    private bool IsUnfenced(MetadataImage image) =>
        image.Cluster.TryGetBroker(_options.BrokerId, out BrokerRegistration? self)
        && self.IncarnationId == _options.IncarnationId
        && !self.Fenced;

    private async Task RunAsync()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                TimeSpan rest = _isRegistered ? await HeartbeatAsync().ConfigureAwait(false) : await RegisterAsync().ConfigureAwait(false);
                if (rest > TimeSpan.Zero)
                {
                    await _wake.WaitAsync(rest).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It was told to send nothing more while it waited for an answer.
        }
    }

    private async Task<TimeSpan> RegisterAsync()
    {
        using PeerAnswer<BrokerRegistrationResponse> answer = await _controller.SendAsync(
            PeerRequest.Of(Registration(), _options.HeartbeatInterval), _stopping.Token).ConfigureAwait(false);
        ErrorCode? error = answer.IsAnswered ? answer.Response.ErrorCode : null;
        switch (error)
        {
            case ErrorCode.None:
                Interlocked.Exchange(ref _brokerEpoch, answer.Response.BrokerEpoch);
                _isRegistered = true;
                LogRegistered(_options.BrokerId, answer.Response.BrokerEpoch);
                return Succeeded(TimeSpan.Zero);
            case ErrorCode.InconsistentClusterId or ErrorCode.InvalidRegistration or ErrorCode.UnsupportedVersion:
                _serving.TrySetException(new BrokerRegistrationException($"the controller refuses this broker: {error}, {ErrorCodes.Message(error.Value)}"));
                break;
        }
        return Failed("register", error, answer.Reason);
    }

    private async Task<TimeSpan> HeartbeatAsync()
    {
        bool wantsShutdown = _wantsShutdown;
        using PeerAnswer<BrokerHeartbeatResponse> answer = await _controller.SendAsync(
            PeerRequest.From(ApiKey.BrokerHeartbeat, 0, _options.HeartbeatInterval, version => Heartbeat(version, wantsShutdown)),
            _stopping.Token).ConfigureAwait(false);
        if (!answer.IsAnswered || answer.Response.ErrorCode != ErrorCode.None)
        {
            return Failed("send a heartbeat", answer.IsAnswered ? answer.Response.ErrorCode : null, answer.Reason);
        }
        if (wantsShutdown && answer.Response.ShouldShutDown)
        {
            _released.TrySetResult();
            await _stopping.CancelAsync().ConfigureAwait(false);
        }
        // What is not caught up yet is said again with the next image.
        return Succeeded(!wantsShutdown ? _options.HeartbeatInterval : HasSuccessors ? FarewellPause : ShutdownPoll);
    }

    private TimeSpan Succeeded(TimeSpan rest)
    {
        _retry = FirstRetry;
        return rest;
    }

    private TimeSpan Failed(string what, ErrorCode? error, string? reason)
    {
        TimeSpan rest = _retry;
        _retry = TimeSpan.FromTicks(Math.Min(_retry.Ticks * 2, _options.HeartbeatInterval.Ticks));
        if (_retry == _options.HeartbeatInterval)
        {
            LogFailed(_options.BrokerId, what, error is { } code ? $"the controller answers {code}" : reason ?? "no answer");
        }
        return rest;
    }

    private BrokerRegistrationRequest Registration() => new()
    {
        BrokerId = _options.BrokerId,
        ClusterId = _options.ClusterId,
        IncarnationId = _options.IncarnationId,
        Listeners = [.. _options.Endpoints.Select(endpoint => new BrokerRegistrationRequest.Listener
        {
            Name = endpoint.ListenerName,
            Host = endpoint.Host,
            Port = (ushort)endpoint.Port,
            SecurityProtocol = endpoint.SecurityProtocol,
        })],
        Features = [.. FeatureCatalog.Supported.Select(feature => new BrokerRegistrationRequest.Feature
        {
            Name = feature.Key,
            MinSupportedVersion = feature.Value.Min,
            MaxSupportedVersion = feature.Value.Max,
        })],
        Rack = _options.Rack,
        LogDirs = [.. _options.Directories],
        PreviousBrokerEpoch = _options.PreviousBrokerEpoch,
    };

    private BrokerHeartbeatRequest Heartbeat(short version, bool wantsShutdown) => new()
    {
        BrokerId = _options.BrokerId,
        BrokerEpoch = BrokerEpoch,
        CurrentMetadataOffset = Volatile.Read(ref _image).Provenance.LastContainedOffset,
        WantShutDown = wantsShutdown,
        OfflineLogDirs = version >= 1 ? [.. _offlineDirectories()] : [],
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "Broker {BrokerId} is registered with epoch {BrokerEpoch}")]
    private partial void LogRegistered(int brokerId, long brokerEpoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Broker {BrokerId} could not {What}: {Reason}")]
    private partial void LogFailed(int brokerId, string what, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No controller let broker {BrokerId} stop within {Seconds} s; it stops all the same")]
    private partial void LogNotReleased(int brokerId, double seconds);
}
