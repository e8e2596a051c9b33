using Compat.Simulation.Nodes;
using Compat.Simulation.Time;

namespace Compat.Simulation;

/// <summary>Strikes brokers, disks, clocks and the network, one thing after another and often several at once, as its seed says.</summary>
internal sealed class Nemesis
{
    private readonly SimulationContext _context;
    private readonly Random _random;
    private readonly bool _isFlushed;
    private readonly List<Occurrence> _recoveries = [];
    private SimulatedBroker? _emptied;
    private int _afflictions;
    private bool _isHealing;

    /// <param name="context">What it strikes.</param>
    /// <param name="isFlushed">Whether every acknowledged record is flushed first, so that any loss of power is fair.</param>
    public Nemesis(SimulationContext context, bool isFlushed)
    {
        _context = context;
        _random = new Random(context.Seed * 104_729);
        _isFlushed = isFlushed;
        foreach (SimulatedBroker broker in context.Brokers)
        {
            broker.OnExit = (exited, reason) =>
            {
                Tell($"node {exited.Id} has exited: {reason}");
                Later(0.2, 3, () => Start(exited));
            };
        }
    }

    /// <summary>How often it has struck.</summary>
    public int Strikes { get; private set; }

    /// <summary>Strikes from now on, until it is told to heal.</summary>
    public void Begin() => _recoveries.Add(_context.Timeline.After(TimeSpan.FromSeconds(0.1 + (_random.NextDouble() * 3)), null, () =>
    {
        if (!_isHealing)
        {
            if (IsFair())
            {
                Strikes++;
                Strike();
            }

            Begin();
        }
    }));

    /// <summary>Mends everything and lets it be.</summary>
    public void Heal()
    {
        _isHealing = true;
        Tell("everything heals");
        _recoveries.ForEach(recovery => recovery.Cancel());
        _context.Network.MendAll();
        foreach (SimulatedBroker broker in _context.Brokers)
        {
            broker.Slowness = TimeSpan.Zero;
            broker.LimitDisk(null);
            broker.SetWallClock(TimeSpan.Zero);
            broker.Resume();
            Start(broker);
        }
    }

    private void Strike()
    {
        SimulatedBroker broker = Pick(_context.Brokers);
        switch (_random.Next(16))
        {
            case 0 or 1 or 2:
                Kill(broker);
                break;
            case 3:
                KillMany();
                break;
            case 4 or 5:
                LosePower(broker);
                break;
            case 6:
                Tell($"stop {broker.Id}");
                broker.Stop();
                break;
            case 7 or 8:
                Pause(broker);
                break;
            case 9:
                CutOff(broker);
                break;
            case 10:
                CutOneWay();
                break;
            case 11:
                Delay();
                break;
            case 12:
                Tell("streams break");
                _context.Network.BreakSome(_random.NextDouble());
                break;
            case 13:
                SlowDown(broker);
                break;
            case 14:
                Fill(broker);
                break;
            default:
                MoveClock(broker);
                break;
        }
    }

    private void Kill(SimulatedBroker broker)
    {
        Tell($"kill {broker.Id}");
        broker.Kill();
        Later(0.02, 8, () => Start(broker));
    }

    private void KillMany()
    {
        foreach (SimulatedBroker broker in _context.Brokers.Where(_ => _random.Next(3) > 0).ToArray())
        {
            Kill(broker);
        }
    }

    private void LosePower(SimulatedBroker broker)
    {
        if (!_isFlushed && (_afflictions > 0 || !IsWhole()))
        {
            // Unflushed records survive on the other replicas, so there have to be others.
            Kill(broker);
            return;
        }

        _emptied = _isFlushed ? null : broker;
        Tell($"power loss of {broker.Id}");
        broker.LosePower();
        Later(0.02, 8, () => Start(broker));
    }

    private void Pause(SimulatedBroker broker)
    {
        if (broker.IsRunning)
        {
            Tell($"pause {broker.Id}");
            broker.Pause();
            Later(0.2, 15, broker.Resume);
        }
    }

    private void CutOff(SimulatedBroker broker)
    {
        Tell($"cut off {broker.Id}");
        bool alsoFromClients = _random.Next(2) == 0;
        foreach (SimulatedBroker other in _context.Brokers)
        {
            _context.Network.Cut(broker.Address, other.Address);
            _context.Network.Cut(other.Address, broker.Address);
        }

        for (byte client = 0; alsoFromClients && client < 16; client++)
        {
            _context.Network.Cut(broker.Address, new([10, 0, 1, client]));
            _context.Network.Cut(new([10, 0, 1, client]), broker.Address);
        }

        MendLater();
    }

    private void CutOneWay()
    {
        (SimulatedBroker from, SimulatedBroker to) = (Pick(_context.Brokers), Pick(_context.Brokers));
        Tell($"cut from {from.Id} to {to.Id}");
        _context.Network.Cut(from.Address, to.Address);
        MendLater();
    }

    private void Delay()
    {
        (SimulatedBroker from, SimulatedBroker to) = (Pick(_context.Brokers), Pick(_context.Brokers));
        TimeSpan delay = TimeSpan.FromMilliseconds(10 + _random.Next(1_500));
        Tell($"delay from {from.Id} to {to.Id} up to {delay.TotalMilliseconds} ms");
        _context.Network.WayOf(from.Address, to.Address).Delay = delay;
        MendLater();
    }

    private void MendLater() => Later(0.5, 15, () =>
    {
        Tell("the network is mended");
        _context.Network.MendAll();
        if (_random.Next(3) == 0)
        {
            _context.Network.BreakSome(0.5);
        }
    });

    private void SlowDown(SimulatedBroker broker)
    {
        broker.Slowness = TimeSpan.FromMilliseconds(50 + _random.Next(3_000));
        Tell($"flushes of {broker.Id} take up to {broker.Slowness.TotalMilliseconds} ms");
        Later(1, 15, () => broker.Slowness = TimeSpan.Zero);
    }

    private void Fill(SimulatedBroker broker)
    {
        Tell($"the disk of {broker.Id} is full");
        broker.LimitDisk(_random.Next(2_000));
        Later(1, 10, () =>
        {
            Tell($"the disk of {broker.Id} has room");
            broker.LimitDisk(null);
        });
    }

    private void MoveClock(SimulatedBroker broker)
    {
        TimeSpan offset = TimeSpan.FromSeconds(_random.Next(-3600, 3600));
        Tell($"the clock of {broker.Id} is {offset.TotalSeconds} s off");
        broker.SetWallClock(offset);
    }

    private static void Start(SimulatedBroker broker)
    {
        if (!broker.IsRunning)
        {
            broker.Start();
        }
    }

    /// <summary>
    /// Whether the cluster knows of the last loss of power. Before, whoever has lost what was acknowledged may be the last one to stay in
    /// sync if the others are struck as well, here as with Kafka without eligible leader replicas (KIP-966).
    /// </summary>
    private bool IsFair()
    {
        if (_emptied is { } emptied && !IsWhole() && !_context.Brokers.Any(broker =>
            broker is { Ready.Parts: { Controller.IsActive: true } parts, IsPaused: false }
            && !parts.Image.Topics.ById.Any(topic => topic.Value.Partitions.Any(partition => partition.Isr.Contains(emptied.Id)))))
        {
            return false;
        }

        _emptied = null;
        return true;
    }

    /// <summary>Whether every partition has all its replicas in sync, and every broker is there.</summary>
    private bool IsWhole() => _context.Brokers.All(broker => broker is { Ready: not null, IsPaused: false })
        && _context.Brokers.All(broker => broker.Ready!.Parts.Image.Topics.ById.All(topic =>
            topic.Value.Partitions.All(partition => partition.Isr.Length == partition.Replicas.Length && partition.Isr.Length > 1 && !partition.IsReassigning)))
        && _context.Brokers.All(broker => broker.Ready!.Parts.Partitions.All.All(partition => !partition.IsLeader || partition.InSyncReplicas.Length > 1));

    private void Later(double minSeconds, double maxSeconds, Action recover)
    {
        _afflictions++;
        _recoveries.Add(_context.Timeline.After(TimeSpan.FromSeconds(minSeconds + (_random.NextDouble() * (maxSeconds - minSeconds))), null, () =>
        {
            _afflictions--;
            recover();
        }));
    }

    private SimulatedBroker Pick(IReadOnlyList<SimulatedBroker> brokers) => brokers[_random.Next(brokers.Count)];

    private void Tell(string what) => _context.Story.Tell("nemesis", what);
}
