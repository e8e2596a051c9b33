using System.Net;
using Compat.Server.Transport;
using Compat.Simulation.Time;

namespace Compat.Simulation.Network;

/// <summary>One end of a stream between two processes.</summary>
internal sealed class SimulatedChannel : IByteChannel
{
    private readonly SimulatedNetwork _network;
    private Direction _incoming = null!;
    private Direction _outgoing = null!;
    private bool _isAborted;

    private SimulatedChannel(SimulatedNetwork network, IPEndPoint local, IPEndPoint remote)
    {
        _network = network;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
    }

    public IPEndPoint LocalEndPoint { get; }

    public IPEndPoint RemoteEndPoint { get; }

    /// <summary>The two ends of a new stream.</summary>
    public static (SimulatedChannel Client, SimulatedChannel Server) Create(
        SimulatedNetwork network, IPEndPoint client, NodeClock clientClock, IPEndPoint server, NodeClock serverClock)
    {
        SimulatedChannel near = new(network, client, server);
        SimulatedChannel far = new(network, server, client);
        near._outgoing = far._incoming = new Direction(network, client.Address, server.Address, serverClock, near);
        far._outgoing = near._incoming = new Direction(network, server.Address, client.Address, clientClock, near);
        return (near, far);
    }

    public bool TryOpen() => true;

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) =>
        _isAborted ? ValueTask.FromResult(IByteChannel.Failed) : _incoming.ReceiveAsync(buffer);

    public ValueTask<bool> SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> segments) =>
        _isAborted ? ValueTask.FromResult(false) : _outgoing.SendAsync(segments);

    public void Abort()
    {
        if (_isAborted)
        {
            return;
        }

        _isAborted = true;
        _incoming.Break();
        // As a socket that is closed: what was sent arrives, unless there were bytes that nobody had received.
        if (_network.Random.Next(2) == 0)
        {
            _outgoing.Break();
        }
        else
        {
            _outgoing.End();
        }
    }

    public void Dispose() => Abort();

    /// <summary>The stream breaks after a while, at both ends.</summary>
    public void BreakLater() => _network.Timeline.After(_network.NextLatency(new Way()), null, () =>
    {
        _incoming.Break();
        _outgoing.Break();
    });
}
