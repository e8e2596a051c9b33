using Compat.Replication.Metadata;

namespace Compat.Replication.Controller;

/// <summary>
/// Chooses brokers for new partitions as Kafka does (KIP-631): leaders go around the racks, the copies of a partition go to as
/// many racks as there are, and within a rack around its brokers. Whoever is fenced is chosen last and never first; whoever is
/// stopping, or takes no new replicas, not at all.
/// </summary>
/// <remarks>
/// The order is shuffled after as many partitions as there are active brokers, or else the copies of one broker's partitions
/// would always be on the same others.
/// </remarks>
internal sealed class ReplicaPlacer
{
    private readonly Random _random;
    private readonly Rack[] _racks;
    private readonly int _activeCount;
    private int _round;
    private int _first;

    private ReplicaPlacer(IReadOnlyCollection<BrokerRegistration> brokers, Random random)
    {
        _random = random;
        _activeCount = brokers.Count(broker => !broker.Fenced);
        _racks = [.. brokers.GroupBy(broker => broker.Rack).OrderBy(rack => rack.Key, StringComparer.Ordinal).Select(rack => new Rack(
            new Carousel(rack.Where(broker => !broker.Fenced), random),
            new Carousel(rack.Where(broker => broker.Fenced), random)))];
        _first = random.Next(_racks.Length);
    }

    /// <summary>Places partitions.</summary>
    /// <returns>Replicas by partition, or the text of an INVALID_REPLICATION_FACTOR.</returns>
    public static (IReadOnlyList<int[]> Assignments, string? Problem) Place(
        ClusterImage cluster,
        int partitions,
        short replicationFactor,
        Random random)
    {
        BrokerRegistration[] usable = [.. cluster.Brokers.Values.Where(broker => !broker.InControlledShutdown && broker.TakesReplicas)];
        if (usable.All(broker => broker.Fenced))
        {
            return ([], "All brokers are currently fenced, or have all their log directories cordoned.");
        }
        if (replicationFactor > usable.Length)
        {
            return ([], $"The target replication factor of {replicationFactor} cannot be reached because only "
                + $"{usable.Length} broker(s) are registered or some brokers have all their log directories cordoned.");
        }
        var placer = new ReplicaPlacer(usable, random);
        var assignments = new int[partitions][];
        for (int i = 0; i < partitions; i++)
        {
            assignments[i] = placer.PlaceOne(replicationFactor);
        }
        return (assignments, null);
    }

    private int[] PlaceOne(short replicationFactor)
    {
        if (_round == _activeCount && _activeCount > 1)
        {
            Shuffle();
        }
        int leaderRack = _first % _racks.Length;
        var replicas = new int[replicationFactor];
        while ((replicas[0] = _racks[leaderRack].Active.Next(_round)) < 0)
        {
            leaderRack = (leaderRack + 1) % _racks.Length;
        }
        int rack = _first % _racks.Length;
        bool leaderRackHadItsTurn = false;
        for (int i = 1; i < replicationFactor;)
        {
            bool isTurnTaken = rack == leaderRack && !leaderRackHadItsTurn;
            leaderRackHadItsTurn |= isTurnTaken;
            if (!isTurnTaken && _racks[rack].Next(_round) is >= 0 and int replica)
            {
                replicas[i++] = replica;
            }
            rack = (rack + 1) % _racks.Length;
        }
        _round++;
        _first++;
        return replicas;
    }

    private void Shuffle()
    {
        _random.Shuffle(_racks);
        foreach (Rack rack in _racks)
        {
            rack.Active.Shuffle(_random);
            rack.Fenced.Shuffle(_random);
        }
        _round = 0;
        _first = 0;
    }

    /// <summary>The brokers of one rack.</summary>
    private sealed record Rack(Carousel Active, Carousel Fenced)
    {
        public int Next(int round) => Active.Next(round) is >= 0 and int broker ? broker : Fenced.Next(round);
    }

    /// <summary>Brokers in a circle: each partition takes every broker at most once and begins one further than the one before.</summary>
    private sealed class Carousel
    {
        private readonly int[] _brokers;
        private int _round;
        private int _offset;
        private int _taken;

        public Carousel(IEnumerable<BrokerRegistration> brokers, Random random)
        {
            _brokers = [.. brokers.Select(broker => broker.Id).Order()];
            _offset = _brokers.Length == 0 ? 0 : random.Next(_brokers.Length);
        }

        public int Next(int round)
        {
            if (_brokers.Length == 0)
            {
                return -1;
            }
            if (round != _round)
            {
                _round = round;
                _taken = 0;
                _offset = (_offset + 1) % _brokers.Length;
            }
            return _taken < _brokers.Length ? _brokers[(_offset + _taken++) % _brokers.Length] : -1;
        }

        public void Shuffle(Random random) => random.Shuffle(_brokers);
    }
}
