using System.Buffers;
using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Wire;

namespace Compat.Replication.Tests.Peers;

/// <summary>
/// Nodes that ask each other without sockets: requests and answers are encoded and decoded as on a wire, in the order of
/// a connection, and only what the test cuts or stops goes wrong. Time is the given provider's.
/// </summary>
internal sealed class SimulatedNetwork
{
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Host, int Port), SimulatedNode> _nodes = [];
    private readonly HashSet<(string From, string To)> _cuts = [];
    private readonly List<SimulatedConnection> _connections = [];

    public SimulatedNetwork(TimeProvider time) => _time = time;

    /// <summary>How long a request takes to arrive; its answer takes as long again.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>A node that serves what is added to it, at an address.</summary>
    public SimulatedNode Serve(string host, int port)
    {
        lock (_gate)
        {
            return _nodes[(host, port)] = new SimulatedNode();
        }
    }

    /// <summary>The network as the node of a host name sees it.</summary>
    public IPeers From(string host) => new View(this, host);

    /// <summary>The process at an address ends: its connections break at once.</summary>
    public void Stop(string host, int port)
    {
        SimulatedConnection[] broken;
        lock (_gate)
        {
            _nodes.Remove((host, port));
            broken = [.. _connections.Where(connection => connection.Endpoint.Host == host && connection.Endpoint.Port == port)];
        }
        Array.ForEach(broken, connection => connection.Break("the node ended"));
    }

    /// <summary>From now on nothing that one host sends arrives at another; nobody is told.</summary>
    public void Cut(string from, string to)
    {
        lock (_gate)
        {
            _cuts.Add((from, to));
        }
    }

    /// <summary>Ends all cuts.</summary>
    public void Heal()
    {
        lock (_gate)
        {
            _cuts.Clear();
        }
    }

    internal bool IsCut(string from, string to)
    {
        lock (_gate)
        {
            return _cuts.Contains((from, to));
        }
    }

    internal SimulatedNode? Find(BrokerEndpoint endpoint)
    {
        lock (_gate)
        {
            return _nodes.GetValueOrDefault((endpoint.Host, endpoint.Port));
        }
    }

    internal Task TravelAsync() => Delay > TimeSpan.Zero ? Task.Delay(Delay, _time) : Task.CompletedTask;

    private sealed class View(SimulatedNetwork network, string host) : IPeers
    {
        public IPeerConnection Open(BrokerEndpoint endpoint, IPeerObserver? observer)
        {
            var connection = new SimulatedConnection(network, network._time, host, endpoint, observer);
            lock (network._gate)
            {
                network._connections.Add(connection);
            }
            return connection;
        }
    }
}

/// <summary>What a simulated node serves.</summary>
internal sealed class SimulatedNode
{
    private readonly Dictionary<ApiKey, (short Min, short Max, Func<byte[], short, ValueTask<byte[]>> Answer)> _apis = [];

    /// <summary>Serves an API in all its versions.</summary>
    public SimulatedNode On<TRequest, TResponse>(Func<TRequest, short, ValueTask<TResponse>> answer)
        where TRequest : class, IWireMessage<TRequest>, IRequest
        where TResponse : class, IWireMessage<TResponse>
    {
        ApiInfo api = ApiCatalog.Get(TRequest.Key);
        _apis[TRequest.Key] = (api.MinVersion, api.LatestStableVersion, async (bytes, version) => Encode(await answer(Read(bytes, version), version), version));
        return this;

        static TRequest Read(byte[] bytes, short version)
        {
            var reader = new WireReader(bytes);
            return TRequest.Read(ref reader, version);
        }
    }

    /// <summary>The highest common version and what answers, or null.</summary>
    internal (short Version, Func<byte[], short, ValueTask<byte[]>> Answer)? Find(ApiKey key, short min, short max)
    {
        if (!_apis.TryGetValue(key, out var api) || Math.Min(api.Max, max) < Math.Max(api.Min, min))
        {
            return null;
        }
        return (Math.Min(api.Max, max), api.Answer);
    }

    internal static byte[] Encode(IWireMessage message, short version)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        message.Write(ref writer, version);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }
}
