using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Replication.Quorum.Core;

namespace Compat.Replication.Quorum;

/// <summary>
/// Sends the core's requests. Each node has two connections: fetches, which the leader keeps until there is news, are not to
/// be in the way of votes.
/// </summary>
internal sealed class QuorumSender : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(QuorumNode Node, bool IsFetch), IPeerConnection> _connections = [];
    private readonly MetadataQuorumOptions _options;
    private readonly IPeers? _peers;
    private readonly QuorumWire _wire;
    private readonly Action<int, long, QuorumAnswer> _onAnswer;
    private readonly Action<int, long, RequestFailure> _onFailure;
    private readonly CancellationTokenSource _stopping = new();

    public QuorumSender(
        MetadataQuorumOptions options, IPeers? peers, Action<int, long, QuorumAnswer> onAnswer, Action<int, long, RequestFailure> onFailure)
    {
        _options = options;
        _peers = peers;
        _wire = new QuorumWire(options.ClusterId);
        _onAnswer = onAnswer;
        _onFailure = onFailure;
    }

    /// <summary>Sends a request. Does not wait, and tells of the answer on another thread.</summary>
    public void Send(SendRequest send) => ThreadPool.UnsafeQueueUserWorkItem(
        static work => _ = work.Sender.SendAsync(work.Send), (Sender: this, Send: send), preferLocal: true);

    public async ValueTask DisposeAsync()
    {
        IPeerConnection[] connections;
        lock (_gate)
        {
            _stopping.Cancel();
            connections = [.. _connections.Values];
        }
        foreach (IPeerConnection connection in connections)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task SendAsync(SendRequest send)
    {
        if (Connection(send) is not { } connection)
        {
            return;
        }
        int extraMs = send.Request is FetchLogRequest fetch ? fetch.MaxWaitMs : 0;
        TimeSpan timeout = TimeSpan.FromMilliseconds(_options.RequestTimeoutMs + extraMs);
        (QuorumAnswer? answer, RequestFailure failure, IDisposable? frame) = await _wire.AskAsync(connection, send.Request, timeout).ConfigureAwait(false);
        using (frame)
        {
            if (answer is not null)
            {
                _onAnswer(send.To.Id, send.CorrelationId, answer);
            }
            else
            {
                _onFailure(send.To.Id, send.CorrelationId, failure);
            }
        }
    }

    private IPeerConnection? Connection(SendRequest send)
    {
        bool isFetch = send.Request is FetchLogRequest or FetchSnapshotRequest;
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested || _peers is null)
            {
                return null;
            }
            if (!_connections.TryGetValue((send.To, isFetch), out IPeerConnection? connection))
            {
                var endpoint = new BrokerEndpoint(_options.ControllerListener, send.To.Host, send.To.Port, _options.ControllerProtocol);
                connection = _connections[(send.To, isFetch)] = _peers.Open(endpoint);
            }
            return connection;
        }
    }
}
