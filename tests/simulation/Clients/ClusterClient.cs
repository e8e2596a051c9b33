using System.Net;
using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Server.Peers;
using Compat.Simulation.Network;
using Compat.Simulation.Nodes;
using Compat.Simulation.Time;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Simulation.Clients;

/// <summary>What the clients of a simulation have in common: they find leaders, ask brokers, wait, and come again.</summary>
internal sealed class ClusterClient
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, IPeerConnection> _connections = [];
    private readonly Dictionary<(string Topic, int Partition), int> _leaders = [];
    private readonly Dictionary<(Uuid Topic, int Partition), int> _epochs = [];
    private readonly Dictionary<string, Uuid> _topicIds = [];
    private readonly PeerNetwork _peers;
    private readonly int _brokers;

    public ClusterClient(SimulationContext context, int number, string name)
    {
        Random = new Random(context.Seed * 7919 + number);
        Clock = new NodeClock(context.Timeline, name);
        _brokers = context.Brokers.Count;
        NodeNetwork network = context.Network.Join(new IPAddress([10, 0, 1, (byte)number]), Clock);
        _peers = new PeerNetwork(network.Dialer, new PeerOptions { ClientId = name, SoftwareVersion = "1", ConnectTimeout = TimeSpan.FromSeconds(2) }, Clock);
    }

    public Random Random { get; }

    public NodeClock Clock { get; }

    public Uuid TopicId(string topic) => _topicIds.GetValueOrDefault(topic);

    public Task PauseAsync(int minMs, int maxMs)
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(minMs + (Random.NextDouble() * (maxMs - minMs)));
        return Task.Delay(pause, Clock);
    }

    /// <summary>Asks a broker; a failure is a value.</summary>
    public async Task<PeerAnswer<TResponse>> AskAsync<TResponse>(int broker, PeerRequest<TResponse> request)
        where TResponse : class, IWireMessage<TResponse>
    {
        if (!_connections.TryGetValue(broker, out IPeerConnection? connection))
        {
            connection = _connections[broker] = _peers.Open(new BrokerEndpoint("PLAINTEXT", $"{SimulatedBroker.AddressOf(broker)}", SimulationContext.ClientPort, 0), observer: null);
        }

        return await connection.SendAsync(request);
    }

    /// <summary>Asks a broker, whichever.</summary>
    public Task<PeerAnswer<TResponse>> AskAnyAsync<TResponse>(PeerRequest<TResponse> request)
        where TResponse : class, IWireMessage<TResponse> => AskAsync(1 + Random.Next(_brokers), request);

    /// <summary>A request in the newest version that brokers serve.</summary>
    public static PeerRequest<TResponse> Request<TResponse>(IRequest<TResponse> request)
        where TResponse : class, IWireMessage<TResponse> => PeerRequest.Of(request, RequestTimeout);

    /// <summary>A request that only versions from one on can say.</summary>
    public static PeerRequest<TResponse> Request<TResponse>(short minVersion, IRequest<TResponse> request)
        where TResponse : class, IWireMessage<TResponse> => PeerRequest.From(request.RequestKey, minVersion, RequestTimeout, _ => request);

    /// <summary>The broker that leads a partition as far as is known; null if nobody is known to.</summary>
    public int? LeaderOf(string topic, int partition) => _leaders.TryGetValue((topic, partition), out int leader) ? leader : null;

    /// <summary>Asks who leads.</summary>
    public async Task RefreshAsync(string topic)
    {
        var request = new MetadataRequest { Topics = [new MetadataRequest.MetadataRequestTopic { Name = topic }], AllowAutoTopicCreation = false };
        using PeerAnswer<MetadataResponse> answer = await AskAnyAsync(Request(request));
        if (!answer.IsAnswered || answer.Response.Topics is not [{ ErrorCode: ErrorCode.None } found])
        {
            return;
        }

        _topicIds[topic] = found.TopicId;
        foreach (MetadataResponse.MetadataResponsePartition partition in found.Partitions)
        {
            // As clients do since KIP-320: who names an older epoch than somebody has named before was cut off.
            (Uuid, int) key = (found.TopicId, partition.PartitionIndex);
            if (partition.LeaderId >= 0 && partition.LeaderEpoch >= _epochs.GetValueOrDefault(key))
            {
                _epochs[key] = partition.LeaderEpoch;
                _leaders[(topic, partition.PartitionIndex)] = partition.LeaderId;
            }
        }
    }

    /// <summary>The broker that leads, asked for until there is one.</summary>
    public async Task<int> FindLeaderAsync(string topic, int partition, bool again = false)
    {
        if (!again && LeaderOf(topic, partition) is { } known)
        {
            return known;
        }

        _leaders.Remove((topic, partition));
        while (true)
        {
            await RefreshAsync(topic);
            if (LeaderOf(topic, partition) is { } leader)
            {
                return leader;
            }

            await PauseAsync(20, 100);
        }
    }
}
