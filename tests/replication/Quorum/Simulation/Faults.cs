namespace Compat.Replication.Tests.Quorum.Simulation;

/// <summary>What goes wrong in a simulation, and how often: each run has a mix of its own.</summary>
internal sealed class Faults
{
    private readonly QuorumSimulation _simulation;
    private readonly double _loss;
    private readonly double _doubling;
    private readonly int _longestDelayMs;
    private readonly double _crashBetweenEffects;
    private readonly int _meanPauseMs;
    private bool _isOn;

    public Faults(QuorumSimulation simulation)
    {
        _simulation = simulation;
        Random random = simulation.Random;
        _loss = random.Next(3) == 0 ? 0.1 * random.NextDouble() : 0;
        _doubling = random.Next(3) == 0 ? 0.2 * random.NextDouble() : 0;
        _longestDelayMs = random.Next(4) switch { 0 => 400, 1 => 60, _ => 5 };
        _crashBetweenEffects = random.Next(3) == 0 ? 0.002 : 0;
        _meanPauseMs = 200 + random.Next(1_500);
    }

    private Random Random => _simulation.Random;

    public void Start()
    {
        _isOn = true;
        _simulation.After(Random.Next(_meanPauseMs), Strike);
    }

    /// <summary>Heals everything and starts whoever is down.</summary>
    public void Stop()
    {
        _isOn = false;
        _simulation.HealAll();
        foreach (SimulatedReplica replica in _simulation.Replicas)
        {
            replica.HasSlowDisk = false;
            if (!replica.IsUp)
            {
                replica.Start();
            }
        }
    }

    public bool LosesMessage() => _isOn && _loss > 0 && Random.NextDouble() < _loss;

    public bool DoublesMessage() => _doubling > 0 && Random.NextDouble() < _doubling;

    public long DelayMs() => 1 + Random.Next(_isOn ? _longestDelayMs : 5);

    public bool CrashesNow(SimulatedReplica replica)
    {
        if (!_isOn || _crashBetweenEffects == 0 || Random.NextDouble() >= _crashBetweenEffects)
        {
            return false;
        }
        Crash(replica);
        return true;
    }

    private void Strike()
    {
        if (!_isOn)
        {
            return;
        }
        SimulatedReplica replica = _simulation.Replicas[Random.Next(_simulation.Replicas.Count)];
        switch (Random.Next(9))
        {
            case 0 or 1 when replica.IsUp:
                Crash(replica);
                break;
            case 2:
                foreach (SimulatedReplica other in _simulation.Replicas.Where(other => other.IsUp && Random.Next(2) == 0))
                {
                    Crash(other);
                }
                break;
            case 3:
                Isolate(replica, Random.Next(3));
                break;
            case 4:
                _simulation.Cut(replica.Id, 1 + Random.Next(_simulation.Replicas.Count));
                break;
            case 5:
                _simulation.HealAll();
                break;
            case 6:
                replica.HasSlowDisk = !replica.HasSlowDisk;
                break;
            case 7 when replica.IsUp:
                replica.Snapshot();
                break;
            case 8 when replica.IsUp:
                replica.Resign();
                break;
        }
        _simulation.After(Random.Next(2 * _meanPauseMs), Strike);
    }

    /// <summary>Cuts a node off: what it sends, what is sent to it, or both.</summary>
    private void Isolate(SimulatedReplica replica, int direction)
    {
        foreach (SimulatedReplica other in _simulation.Replicas.Where(other => other != replica))
        {
            if (direction != 0)
            {
                _simulation.Cut(replica.Id, other.Id);
            }
            if (direction != 1)
            {
                _simulation.Cut(other.Id, replica.Id);
            }
        }
    }

    private void Crash(SimulatedReplica replica)
    {
        replica.Crash(losesPower: Random.Next(3) > 0);
        int incarnation = replica.Incarnation;
        _simulation.After(Random.Next(2_000), () =>
        {
            if (!replica.IsUp && replica.Incarnation == incarnation)
            {
                replica.Start();
            }
        });
    }
}
