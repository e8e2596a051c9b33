using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <content>The requests that brokers of any process send, by their class.</content>
public sealed partial class QuorumController
{
    /// <summary>This node's id.</summary>
    public int NodeId => _options.NodeId;

    /// <summary>Answers a request of this process as if it came from another one; null if it is none for the controller.</summary>
    /// <param name="request">The request.</param>
    /// <param name="version">Its version.</param>
    /// <param name="cancellation">Ends the wait, not the change.</param>
    public async ValueTask<TResponse?> AnswerAsync<TResponse>(
        IRequest<TResponse> request, short version, CancellationToken cancellation = default)
        where TResponse : class, IWireMessage<TResponse>
    {
        object? answer = request switch
        {
            BrokerRegistrationRequest registration => await RegisterBrokerAsync(registration, version, cancellation).ConfigureAwait(false),
            BrokerHeartbeatRequest heartbeat => await HeartbeatBrokerAsync(heartbeat, null, cancellation).ConfigureAwait(false),
            AlterPartitionRequest alteration => await AlterPartitionAsync(alteration, cancellation).ConfigureAwait(false),
            AssignReplicasToDirsRequest assignment => await AssignReplicasToDirsAsync(assignment, cancellation).ConfigureAwait(false),
            AllocateProducerIdsRequest allocation => await AllocateProducerIdsAsync(allocation, cancellation).ConfigureAwait(false),
            ControllerRegistrationRequest registration => await RegisterControllerAsync(registration, cancellation).ConfigureAwait(false),
            CreateTopicsRequest creation => await CreateTopicsAsync(creation, cancellation).ConfigureAwait(false),
            _ => null,
        };
        return (TResponse?)answer;
    }
}
