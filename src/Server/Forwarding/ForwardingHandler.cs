using Compat.Server.Handlers;
using Compat.Wire;

namespace Compat.Server.Forwarding;

/// <summary>
/// Carries out an API of the active controller on every broker: by the controller's own handler if that is this node's, else
/// by the active controller. If there is none the handler answers NOT_CONTROLLER, and the client tries again.
/// </summary>
internal sealed class ForwardingHandler<TRequest, TResponse> : ApiHandler<TRequest, TResponse>
    where TRequest : class, IWireMessage<TRequest>, IRequest
    where TResponse : class, IWireMessage<TResponse>
{
    private readonly ApiHandler<TRequest, TResponse> _local;
    private readonly Forwarder _forwarder;

    public ForwardingHandler(ApiHandler<TRequest, TResponse> local, Forwarder forwarder)
        : base(local.MinVersion, local.MaxVersion)
    {
        _local = local;
        _forwarder = forwarder;
    }

    /// <inheritdoc/>
    public override ValueTask<TResponse?> HandleAsync(TRequest request, RequestContext context) =>
        _forwarder.IsLocal ? _local.HandleAsync(request, context) : ForwardAsync(request, context);

    private async ValueTask<TResponse?> ForwardAsync(TRequest request, RequestContext context) =>
        await _forwarder.SendAsync<TRequest, TResponse>(request, context) ?? await _local.HandleAsync(request, context);
}
