using System.Net;
using System.Net.Sockets;
using Compat.Replication.Metadata;
using Compat.Server.Transport;
using Compat.Simulation.Time;

namespace Compat.Simulation.Network;

/// <summary>The network as one process sees it: it listens at its own address and dials others'.</summary>
internal sealed class NodeNetwork(SimulatedNetwork network, IPAddress address, NodeClock clock) : INetwork, IChannelDialer
{
    private const int FirstClientPort = 32_768;

    // As an operating system asks again for a connection that nobody answers.
    private static readonly TimeSpan DialAgain = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, SimulatedListener> _listeners = [];
    private int _dialled;

    public IChannelDialer Dialer => this;

    public IChannelListener Bind(IPEndPoint endPoint)
    {
        if (!endPoint.Address.Equals(address))
        {
            throw new SocketException((int)SocketError.AddressNotAvailable);
        }

        SimulatedListener listener = new(endPoint, closed => _listeners.Remove(closed.EndPoint.Port));
        return _listeners.TryAdd(endPoint.Port, listener) ? listener : throw new SocketException((int)SocketError.AddressAlreadyInUse);
    }

    public ValueTask<DialResult> DialAsync(BrokerEndpoint endpoint, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<DialResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration = cancellation.Register(() => done.TrySetResult(new DialResult(null, "no answer in time")));
        _ = done.Task.ContinueWith(_ => registration.Dispose(), TaskScheduler.Default);
        var local = new IPEndPoint(address, FirstClientPort + (_dialled++ % (IPEndPoint.MaxPort - FirstClientPort)));
        Ask(local, new IPEndPoint(IPAddress.Parse(endpoint.Host), endpoint.Port), done);
        return new ValueTask<DialResult>(done.Task);
    }

    /// <summary>Nothing: the process leaves the network when it ends, not when it tidies up.</summary>
    public void Dispose()
    {
    }

    private void Ask(IPEndPoint local, IPEndPoint remote, TaskCompletionSource<DialResult> done)
    {
        Way there = network.WayOf(address, remote.Address);
        Way back = network.WayOf(remote.Address, address);
        network.Timeline.After(network.NextLatency(there) + network.NextLatency(back), clock, () =>
        {
            if (done.Task.IsCompleted)
            {
                return;
            }

            if (there.IsCut || back.IsCut || network.IsDark(remote.Address))
            {
                network.Timeline.After(DialAgain, clock, () => Ask(local, remote, done));
                return;
            }

            if (network.Find(remote.Address) is not { } node || !node._listeners.TryGetValue(remote.Port, out SimulatedListener? listener))
            {
                done.TrySetResult(new DialResult(null, "Connection refused"));
                return;
            }

            (SimulatedChannel near, SimulatedChannel far) = SimulatedChannel.Create(network, local, clock, remote, node.Clock);
            network.Timeline.After(TimeSpan.Zero, node.Clock, () => listener.Connect(far));
            if (!done.TrySetResult(new DialResult(near, null)))
            {
                near.Dispose();
            }
        });
    }

    private NodeClock Clock => clock;
}
