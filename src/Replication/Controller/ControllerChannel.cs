using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Replication.Quorum;
using Compat.Wire;

namespace Compat.Replication.Controller;

/// <summary>
/// The way to the active controller: a call if it is this node's, else a request to the leader of the metadata quorum. A
/// channel has one connection, so that what must not wait behind other requests has a channel of its own.
/// </summary>
public sealed class ControllerChannel : IControllerChannel, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly QuorumController _local;
    private readonly Func<LeaderAndEpoch> _leader;
    private readonly Func<int, BrokerEndpoint?> _endpointOf;
    private readonly IPeers _peers;
    private IPeerConnection? _connection;
    private bool _isDisposed;

    /// <summary>Makes a channel that has dialled nobody.</summary>
    /// <param name="local">This node's controller, which may never be the active one.</param>
    /// <param name="leader">The leader of the quorum as this node knows it.</param>
    /// <param name="endpointOf">Where a controller listens for brokers, or null if that is not known.</param>
    /// <param name="peers">The other nodes.</param>
    public ControllerChannel(
        QuorumController local, Func<LeaderAndEpoch> leader, Func<int, BrokerEndpoint?> endpointOf, IPeers peers)
    {
        _local = local;
        _leader = leader;
        _endpointOf = endpointOf;
        _peers = peers;
    }

    /// <inheritdoc/>
    public async ValueTask<PeerAnswer<TResponse>> SendAsync<TResponse>(
        PeerRequest<TResponse> request, CancellationToken cancellation = default)
        where TResponse : class, IWireMessage<TResponse>
    {
        if (_local.IsActive && await _local.AnswerAsync(request.Build(request.MaxVersion), request.MaxVersion, cancellation).ConfigureAwait(false) is { } answer)
        {
            return PeerAnswer<TResponse>.Of(answer, request.MaxVersion);
        }
        (IPeerConnection? connection, IPeerConnection? former) = Connection();
        if (former is not null)
        {
            await former.DisposeAsync().ConfigureAwait(false);
        }
        return connection is null
            ? PeerAnswer<TResponse>.Failed(PeerFailure.Unreachable, "no active controller is known")
            : await connection.SendAsync(request, cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        IPeerConnection? connection;
        lock (_gate)
        {
            _isDisposed = true;
            (connection, _connection) = (_connection, null);
        }
        if (connection is not null)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The connection to the leader as it is known now, and one to a former leader that is not needed any more.</summary>
    private (IPeerConnection? Connection, IPeerConnection? Former) Connection()
    {
        LeaderAndEpoch leader = _leader();
        BrokerEndpoint? endpoint = leader.HasLeader && !leader.IsLeader(_local.NodeId) ? _endpointOf(leader.LeaderId) : null;
        lock (_gate)
        {
            if (endpoint is null || _isDisposed || endpoint == _connection?.Endpoint)
            {
                return (endpoint is null ? null : _connection, null);
            }
            IPeerConnection? former = _connection;
            _connection = _peers.Open(endpoint);
            return (_connection, former);
        }
    }
}
