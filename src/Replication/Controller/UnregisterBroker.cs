using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>Decides UnregisterBroker (KIP-631): the cluster forgets a broker, though not that it has replicas.</summary>
internal static class UnregisterBroker
{
    public static Decision<UnregisterBrokerResponse> Decide(ControllerTurn turn, UnregisterBrokerRequest request) =>
        turn.Image.Cluster.TryGetBroker(request.BrokerId, out BrokerRegistration? broker)
            ? new Decision<UnregisterBrokerResponse>(BrokerChanges.Unregister(turn, broker), new UnregisterBrokerResponse { ErrorMessage = null })
            {
                MayBeSplit = true,
                Sessions = _ => turn.Sessions.Without(broker.Id),
            }
            : Decision<UnregisterBrokerResponse>.Unchanged(Failure(new ApiError(
                ErrorCode.BrokerIdNotRegistered, $"Broker ID {request.BrokerId} is not currently registered")));

    /// <summary>The answer that fails the request.</summary>
    public static UnregisterBrokerResponse Failure(ApiError error) => new() { ErrorCode = error.Code, ErrorMessage = error.Message };
}
