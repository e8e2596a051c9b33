using Compat.Replication.Peers;
using Compat.Wire;

namespace Compat.Replication.Controller;

/// <summary>The way to the active controller, be it in this process or in another.</summary>
public interface IControllerChannel
{
    /// <summary>
    /// Asks the node that is the active controller now. Does not try again: an answer may say NOT_CONTROLLER, and without
    /// a known controller it is <see cref="PeerFailure.Unreachable"/>.
    /// </summary>
    ValueTask<PeerAnswer<TResponse>> SendAsync<TResponse>(PeerRequest<TResponse> request, CancellationToken cancellation = default)
        where TResponse : class, IWireMessage<TResponse>;
}
