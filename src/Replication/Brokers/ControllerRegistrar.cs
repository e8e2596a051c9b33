using System.Collections.Immutable;
using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace Compat.Replication.Brokers;

/// <summary>
/// Keeps a controller registered (KIP-919): whenever the image does not say of it what it is, it tells the active
/// controller, be it another one or itself.
/// </summary>
public sealed partial class ControllerRegistrar : IMetadataPublisher, IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    private readonly int _nodeId;
    private readonly Uuid _incarnationId;
    private readonly ImmutableArray<BrokerEndpoint> _endpoints;
    private readonly IControllerChannel _controller;
    private readonly ILogger _logger;
    private readonly WakeSignal _wake;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private volatile bool _isNeeded;

    /// <summary>Makes a registrar that has said nothing.</summary>
    /// <param name="nodeId">node.id.</param>
    /// <param name="incarnationId">A random id of the process.</param>
    /// <param name="endpoints">The controller's listeners.</param>
    /// <param name="controller">The way to the active controller.</param>
    /// <param name="time">For pauses.</param>
    /// <param name="logger">Where refusals are said.</param>
    public ControllerRegistrar(
        int nodeId,
        Uuid incarnationId,
        ImmutableArray<BrokerEndpoint> endpoints,
        IControllerChannel controller,
        TimeProvider time,
        ILogger<ControllerRegistrar> logger)
    {
        _nodeId = nodeId;
        _incarnationId = incarnationId;
        _endpoints = endpoints;
        _controller = controller;
        _logger = logger;
        _wake = new WakeSignal(time);
    }

    /// <summary>Begins to keep the registration.</summary>
    public void Start() => _loop = RunAsync();

    /// <inheritdoc/>
    public void OnMetadataUpdate(MetadataDelta delta, MetadataImage image)
    {
        _isNeeded = image.Features.MetadataVersion is { HasControllerRegistration: true }
            && image.Cluster.Controllers.GetValueOrDefault(_nodeId)?.IncarnationId != _incarnationId;
        if (_isNeeded)
        {
            _wake.Set();
        }
    }

    /// <summary>Says nothing more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _wake.Set();
        await _loop.ConfigureAwait(false);
        _wake.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                bool isDone = !_isNeeded || await RegisterAsync().ConfigureAwait(false);
                await _wake.WaitAsync(isDone ? System.Threading.Timeout.InfiniteTimeSpan : RetryPause).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // It was told to stop while it waited for an answer.
        }
    }

    private async Task<bool> RegisterAsync()
    {
        using PeerAnswer<ControllerRegistrationResponse> answer = await _controller.SendAsync(
            PeerRequest.Of(Registration(), Timeout), _stopping.Token).ConfigureAwait(false);
        if (answer.IsAnswered && answer.Response.ErrorCode is not (ErrorCode.None or ErrorCode.NotController))
        {
            LogRefused(_nodeId, answer.Response.ErrorCode, answer.Response.ErrorMessage);
        }
        return answer.IsAnswered && answer.Response.ErrorCode == ErrorCode.None;
    }

    private ControllerRegistrationRequest Registration() => new()
    {
        ControllerId = _nodeId,
        IncarnationId = _incarnationId,
        Listeners = [.. _endpoints.Select(endpoint => new ControllerRegistrationRequest.Listener
        {
            Name = endpoint.ListenerName,
            Host = endpoint.Host,
            Port = (ushort)endpoint.Port,
            SecurityProtocol = endpoint.SecurityProtocol,
        })],
        Features = [.. FeatureCatalog.Supported.Select(feature => new ControllerRegistrationRequest.Feature
        {
            Name = feature.Key,
            MinSupportedVersion = feature.Value.Min,
            MaxSupportedVersion = feature.Value.Max,
        })],
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Controller {NodeId} could not register: {Error} {Reason}")]
    private partial void LogRefused(int nodeId, ErrorCode error, string? reason);
}
