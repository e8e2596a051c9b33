using Compat.Replication.Metadata;

namespace Compat.Replication.Controller;

/// <summary>
/// Decides which brokers are gone. Fencing early is always safe, because whoever is fenced leads nothing, and a broker that
/// lives is unfenced with its next heartbeat; it only costs that its leaderships move.
/// </summary>
internal static class FenceBrokers
{
    /// <summary>Fences the broker that was not heard of for longest, if its session is over; true if there may be more.</summary>
    /// <remarks>One at a time, so that the leaders who are elected are not those who are fenced next.</remarks>
    public static Decision<bool> DecideExpired(ControllerTurn turn)
    {
        foreach ((int id, BrokerSession session) in turn.Sessions.ByBroker.OrderBy(entry => entry.Value.LastContact))
        {
            return turn.Now > session.LastContact + turn.Options.SessionTimeout
                ? Fence(turn, id, session.BrokerEpoch)
                : Decision<bool>.Unchanged(false);
        }
        return Decision<bool>.Unchanged(false);
    }

    /// <summary>Fences a broker whose connection broke, unless it has been heard of by another one since.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="brokerId">The broker.</param>
    /// <param name="brokerEpoch">The epoch in which it was heard of by the connection.</param>
    /// <param name="connectionId">The connection.</param>
    public static Decision<bool> DecideConnectionLost(ControllerTurn turn, int brokerId, long brokerEpoch, long connectionId) =>
        turn.Sessions.Of(brokerId, brokerEpoch)?.ConnectionId == connectionId
            ? Fence(turn, brokerId, brokerEpoch)
            : Decision<bool>.Unchanged(false);

    /// <summary>Fences a broker that is only supposed to live, and that nobody listens for where it should be.</summary>
    /// <param name="turn">The turn.</param>
    /// <param name="brokerId">The broker.</param>
    /// <param name="brokerEpoch">The epoch in which it was looked for.</param>
    public static Decision<bool> DecideNotFound(ControllerTurn turn, int brokerId, long brokerEpoch) =>
        turn.Sessions.Of(brokerId, brokerEpoch) is { IsSupposed: true }
            ? Fence(turn, brokerId, brokerEpoch)
            : Decision<bool>.Unchanged(false);

    private static Decision<bool> Fence(ControllerTurn turn, int brokerId, long brokerEpoch)
    {
        bool isActive = turn.Image.Cluster.TryGetBroker(brokerId, out BrokerRegistration? broker)
            && broker.Epoch == brokerEpoch
            && !broker.Fenced;
        return new Decision<bool>(isActive ? BrokerChanges.Fence(turn, broker!) : [], true)
        {
            MayBeSplit = true,
            Sessions = _ => turn.Sessions.Without(brokerId),
        };
    }
}
