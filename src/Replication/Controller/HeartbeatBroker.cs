using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>
/// Decides BrokerHeartbeat (KIP-631): a broker is unfenced once it has seen its own registration, and may stop once it leads
/// nothing and all others know that.
/// </summary>
internal sealed class HeartbeatBroker
{
    private readonly ControllerTurn _turn;
    private readonly BrokerHeartbeatRequest _request;
    private readonly BrokerRegistration _broker;
    private readonly BrokerSession? _session;

    private HeartbeatBroker(ControllerTurn turn, BrokerHeartbeatRequest request, BrokerRegistration broker)
    {
        _turn = turn;
        _request = request;
        _broker = broker;
        _session = turn.Sessions.Of(broker.Id, broker.Epoch);
    }

    private enum State
    {
        Fenced,
        Unfenced,
        ControlledShutdown,
        ShutdownNow,
    }

    /// <param name="turn">The turn.</param>
    /// <param name="request">The request.</param>
    /// <param name="connectionId">The connection that it came by, null if it came from this process.</param>
    public static Decision<BrokerHeartbeatResponse> Decide(ControllerTurn turn, BrokerHeartbeatRequest request, long? connectionId) =>
        turn.Image.Cluster.TryGetBroker(request.BrokerId, out BrokerRegistration? broker) && broker.Epoch == request.BrokerEpoch
            ? new HeartbeatBroker(turn, request, broker).Decide(connectionId)
            : Decision<BrokerHeartbeatResponse>.Unchanged(new BrokerHeartbeatResponse { ErrorCode = ErrorCode.StaleBrokerEpoch });

    private bool IsCaughtUp => _request.CurrentMetadataOffset >= _broker.Epoch;

    private Decision<BrokerHeartbeatResponse> Decide(long? connectionId)
    {
        State current = _broker.Fenced ? State.Fenced : _broker.InControlledShutdown ? State.ControlledShutdown : State.Unfenced;
        State next = Next(current);
        List<MetadataRecord> records = current == next ? [] : RecordsOf(next);
        AddDirectoryChanges(records);
        var response = new BrokerHeartbeatResponse
        {
            IsCaughtUp = IsCaughtUp,
            IsFenced = next is State.Fenced or State.ShutdownNow,
            ShouldShutDown = next == State.ShutdownNow,
        };
        return new Decision<BrokerHeartbeatResponse>(records, response)
        {
            MayBeSplit = true,
            Sessions = endOffset => SessionsAfter(next, connectionId, endOffset),
        };
    }

    private State Next(State current) => current switch
    {
        State.Fenced when _request.WantShutDown => State.ShutdownNow,
        State.Fenced => !_request.WantFence && IsCaughtUp ? State.Unfenced : State.Fenced,
        State.Unfenced when _request.WantFence => _request.WantShutDown ? State.ShutdownNow : State.Fenced,
        State.Unfenced when _request.WantShutDown => Leads() ? State.ControlledShutdown : State.ShutdownNow,
        State.ControlledShutdown => !Leads() && OthersKnow() ? State.ShutdownNow : State.ControlledShutdown,
        _ => current,
    };

    private bool Leads()
    {
        foreach (TopicImage topic in _turn.Image.Topics.ById.Values)
        {
            foreach (PartitionRegistration partition in topic.Partitions)
            {
                if (partition.Leader == _broker.Id)
                {
                    return true;
                }
            }
        }
        return false;
    }

    /// <summary>True if all brokers that clients may ask have followed the log to where this one led nothing any more.</summary>
    private bool OthersKnow() =>
        _session?.ControlledShutdownOffset is { } offset
        && _turn.Image.Cluster.Brokers.Values.All(other => !other.IsActive
            || (_turn.Sessions.Of(other.Id, other.Epoch)?.MetadataOffset ?? -1) >= offset);

    private List<MetadataRecord> RecordsOf(State next) => next switch
    {
        State.Unfenced => BrokerChanges.Unfence(_turn, _broker),
        State.ControlledShutdown => BrokerChanges.BeginControlledShutdown(_turn, _broker),
        _ when _broker.Fenced => [],
        _ => BrokerChanges.Fence(_turn, _broker),
    };

    private void AddDirectoryChanges(List<MetadataRecord> records)
    {
        if (_turn.MetadataVersion.HasDirectories && _request.OfflineLogDirs.Any(directory => _broker.Directories.Contains(directory)))
        {
            records.AddRange(BrokerChanges.LoseDirectories(_turn.After(records), _broker, _request.OfflineLogDirs));
        }
        if (_turn.MetadataVersion.HasCordonedDirectories)
        {
            records.AddRange(BrokerChanges.CordonDirectories(_broker, _request.CordonedLogDirs));
        }
    }

    private BrokerSessions SessionsAfter(State next, long? connectionId, long endOffset) =>
        next == State.ShutdownNow
            ? _turn.Sessions.Without(_broker.Id)
            : _turn.Sessions.With(_broker.Id, new BrokerSession
            {
                BrokerEpoch = _broker.Epoch,
                LastContact = _turn.Now,
                MetadataOffset = _request.CurrentMetadataOffset,
                ControlledShutdownOffset = next == State.ControlledShutdown ? _session?.ControlledShutdownOffset ?? endOffset : null,
                ConnectionId = connectionId,
            });
}
