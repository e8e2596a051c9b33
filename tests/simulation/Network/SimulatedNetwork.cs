using System.Net;
using Compat.Simulation.Time;

namespace Compat.Simulation.Network;

/// <summary>
/// The network between all processes: streams that keep their order, take their time, wait behind cuts and break. What
/// each way is like is set for the two addresses.
/// </summary>
internal sealed class SimulatedNetwork(Timeline timeline, Random random)
{
    private readonly Dictionary<(IPAddress From, IPAddress To), Way> _ways = [];
    private readonly Dictionary<IPAddress, NodeNetwork> _nodes = [];
    private readonly HashSet<IPAddress> _dark = [];
    private readonly List<Direction> _directions = [];

    public Timeline Timeline => timeline;

    public Random Random => random;

    /// <summary>A process with an address. Streams of the process that had it before are found to be broken.</summary>
    public NodeNetwork Join(IPAddress address, NodeClock clock)
    {
        foreach (Direction direction in _directions.Where(direction => direction.From.Equals(address) || direction.To.Equals(address)).ToArray())
        {
            direction.Channel.BreakLater();
        }

        _dark.Remove(address);
        return _nodes[address] = new NodeNetwork(this, address, clock);
    }

    /// <summary>The process with an address has ended.</summary>
    /// <param name="address">The address.</param>
    /// <param name="isSilent">Whether nobody is told, because the machine ended with it.</param>
    public void Leave(IPAddress address, bool isSilent)
    {
        if (!_nodes.Remove(address))
        {
            return;
        }

        if (isSilent)
        {
            _dark.Add(address);
        }

        foreach (Direction direction in _directions.Where(direction => direction.From.Equals(address) || direction.To.Equals(address)).ToArray())
        {
            if (isSilent)
            {
                direction.Swallow();
            }
            else
            {
                direction.Channel.BreakLater();
            }
        }
    }

    /// <summary>The process with an address; null if there is none.</summary>
    public NodeNetwork? Find(IPAddress address) => _nodes.GetValueOrDefault(address);

    /// <summary>Whether the machine is off, so that nobody even says that nobody listens.</summary>
    public bool IsDark(IPAddress address) => _dark.Contains(address);

    public Way WayOf(IPAddress from, IPAddress to)
    {
        if (!_ways.TryGetValue((from, to), out Way? way))
        {
            way = _ways[(from, to)] = new Way();
        }

        return way;
    }

    /// <summary>Nothing goes this way until it is mended.</summary>
    public void Cut(IPAddress from, IPAddress to) => WayOf(from, to).IsCut = true;

    /// <summary>Everything is as it was in the beginning. What waited behind a cut arrives, or its stream is broken.</summary>
    public void MendAll()
    {
        foreach (Way way in _ways.Values)
        {
            way.IsCut = false;
            way.Delay = TimeSpan.Zero;
        }

        foreach (Direction direction in _directions.ToArray())
        {
            direction.Release();
        }
    }

    /// <summary>Breaks some of the open streams.</summary>
    public void BreakSome(double share)
    {
        foreach (SimulatedChannel channel in _directions.Select(direction => direction.Channel).Distinct().ToArray())
        {
            if (random.NextDouble() < share)
            {
                channel.BreakLater();
            }
        }
    }

    /// <summary>How long the next thing takes on its way.</summary>
    public TimeSpan NextLatency(Way way)
    {
        double ms = random.Next(200) == 0 ? 5 + (random.NextDouble() * 45) : 0.05 + (random.NextDouble() * 0.5);
        return TimeSpan.FromMilliseconds(ms) + (way.Delay * random.NextDouble());
    }

    public void Add(Direction direction) => _directions.Add(direction);

    public void Remove(Direction direction) => _directions.Remove(direction);
}

/// <summary>The way from one address to another.</summary>
internal sealed class Way
{
    /// <summary>Whether nothing gets through.</summary>
    public bool IsCut { get; set; }

    /// <summary>The most that is added to the time each thing takes.</summary>
    public TimeSpan Delay { get; set; }
}
