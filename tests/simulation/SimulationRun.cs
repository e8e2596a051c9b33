using Compat.Cluster.Tests.Histories;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Server.Hosting;
using Compat.Simulation.Clients;
using Compat.Simulation.Invariants;
using Compat.Simulation.Network;
using Compat.Simulation.Nodes;
using Compat.Simulation.Time;

namespace Compat.Simulation;

/// <summary>
/// One seed: a cluster lives through a time of faults, heals, settles, and is read to the end. Nothing but the seed decides what
/// happens.
/// </summary>
internal sealed class SimulationRun
{
    private static readonly TimeSpan Troubled = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    // A session with the controller ends after 4 s here; nothing else may have to be waited for that long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromMilliseconds(10);

    private readonly Timeline _timeline = new();
    private readonly Invariant[] _invariants = Invariant.All();
    private readonly List<Task> _clients = [];
    private readonly SimulationContext _context;
    private readonly Nemesis _nemesis;
    private readonly Producer[] _producers;
    private readonly Consumer[] _consumers;
    private readonly Committer _committer;
    private readonly Administrator _administrator;
    private long _checkedAt;

    public SimulationRun(int seed, Arguments arguments)
    {
        var random = new Random(seed);
        Story = new Story(_timeline, arguments.IsVerbose ? Console.Out : null);
        var network = new SimulatedNetwork(_timeline, new Random(random.Next()));
        // The topic's records alone, so that the cluster still knows its topics.
        bool Lies(string path) => arguments.Mutant == Mutant.LyingFlush && path.Contains($"{SimulationContext.Topic}-", StringComparison.Ordinal);
        _context = new SimulationContext
        {
            Seed = seed,
            Timeline = _timeline,
            Network = network,
            Story = Story,
            IsIdempotent = arguments.Mutant != Mutant.NoIdempotence,
            Brokers =
            [
                .. Enumerable.Range(1, arguments.Brokers).Select(id =>
                    new SimulatedBroker(id, _timeline, network, new Random(random.Next()), Story, Settings(id, arguments), Lies)),
            ],
        };
        _nemesis = new Nemesis(_context, arguments.IsFlushed);
        _administrator = new Administrator(_context, 1);
        _producers = [.. Enumerable.Range(2, 3).Select(number => new Producer(_context, number))];
        _consumers = [.. Enumerable.Range(5, 2).Select(number => new Consumer(_context, number))];
        _committer = new Committer(_context, 7);
    }

    public Story Story { get; }

    /// <summary>What happened, in a line.</summary>
    public string Summary =>
        $"{_timeline.Count} occurrences in {_timeline.Elapsed.TotalSeconds:F0} s, {_nemesis.Strikes} strikes, {_context.Brokers.Sum(broker => broker.Starts)} starts, "
        + $"{_producers.Sum(producer => producer.Acknowledged)} records acknowledged, {_consumers.Sum(consumer => consumer.Read)} read, "
        + $"{_committer.Commits} commits, {_administrator.Changes} changes, digest {_timeline.Digest:x16}";

    /// <summary>Runs to the end; what was wrong, or null.</summary>
    public async Task<string?> RunAsync()
    {
        try
        {
            foreach (SimulatedBroker broker in _context.Brokers)
            {
                broker.Start();
            }

            _clients.AddRange([_administrator.RunAsync(), .. _producers.Select(producer => producer.RunAsync()), .. _consumers.Select(consumer => consumer.RunAsync()), _committer.RunAsync()]);
            await UntilAsync(() => _producers.All(producer => producer.Acknowledged > 0), StartPatience, "the first records were acknowledged");
            _nemesis.Begin();
            await PassAsync(Troubled);
            _nemesis.Heal();
            _context.IsEnding = true;
            await UntilAsync(() => _clients.TrueForAll(client => client.IsCompleted), Patience, "clients had their answers");
            await UntilAsync(() => Unsettled() is null, Patience, () => $"the cluster was whole: {Unsettled()}");
            Task reading = Task.WhenAll(new Consumer(_context, 8).ReadToEndAsync(), _committer.CheckAsync());
            await UntilAsync(() => reading.IsCompleted, Patience, "everything was read");
            await reading;
        }
        catch (SimulationException e)
        {
            TellState();
            return e.Message;
        }

        IReadOnlyList<Anomaly> anomalies = HistoryChecker.Check(_context.Recorder.History);
        return anomalies.Count == 0 ? null : string.Join("; ", anomalies.Take(5));
    }

    private static string[] Settings(int id, Arguments arguments) =>
    [
        "cluster.id=SimulationOfACluster_a",
        $"node.id={id}",
        "process.roles=broker,controller",
        $"controller.quorum.voters={string.Join(',', Enumerable.Range(1, arguments.Brokers).Select(voter => $"{voter}@{SimulatedBroker.AddressOf(voter)}:9093"))}",
        "controller.listener.names=CONTROLLER",
        $"listeners=PLAINTEXT://{SimulatedBroker.AddressOf(id)}:{SimulationContext.ClientPort},CONTROLLER://{SimulatedBroker.AddressOf(id)}:9093",
        "log.dirs=/data",
        "default.replication.factor=3",
        "min.insync.replicas=2",
        "offsets.topic.replication.factor=3",
        "offsets.topic.num.partitions=2",
        "replica.lag.time.max.ms=5000",
        "broker.session.timeout.ms=4000",
        "broker.heartbeat.interval.ms=500",
        "auto.create.topics.enable=false",
        "num.recovery.threads.per.data.dir=1",
        // Its own thread would wait for virtual time.
        "log.cleaner.enable=false",
        .. arguments.IsFlushed ? ["log.flush.interval.messages=1"] : Array.Empty<string>(),
    ];

    private Task PassAsync(TimeSpan duration)
    {
        TimeSpan end = _timeline.Elapsed + duration;
        return UntilAsync(() => _timeline.Elapsed >= end, duration + duration, "time passed");
    }

    private Task UntilAsync(Func<bool> condition, TimeSpan patience, string what) => UntilAsync(condition, patience, () => what);

    private async Task UntilAsync(Func<bool> condition, TimeSpan patience, Func<string> what)
    {
        TimeSpan end = _timeline.Elapsed + patience;
        while (!condition())
        {
            if (_timeline.Elapsed >= end || !await _timeline.StepAsync())
            {
                throw new SimulationException($"{patience.TotalSeconds} s passed before {what()}");
            }

            if (_clients.Find(client => client.IsFaulted) is { } failed)
            {
                throw failed.Exception!.InnerException as SimulationException ?? new SimulationException($"a client failed: {failed.Exception}");
            }

            if (_timeline.Now - _checkedAt >= BetweenChecks.Ticks)
            {
                _checkedAt = _timeline.Now;
                Array.ForEach(_invariants, invariant => invariant.Check(_context.Brokers));
            }
        }
    }

    /// <summary>Where everybody stands, for whoever looks for the cause of a failure.</summary>
    private void TellState()
    {
        foreach (SimulatedBroker broker in _context.Brokers)
        {
            if (broker.Ready is not { } ready)
            {
                Story.Tell($"node {broker.Id}", broker.IsRunning ? "has not started" : "does not run");
                continue;
            }

            Story.Tell($"node {broker.Id}", $"leader of the quorum {ready.Parts.Quorum.Leader}, metadata {ready.Parts.Image.Provenance}, paused {broker.IsPaused}");
            foreach (Partition partition in ready.Parts.Partitions.All.OrderBy(each => each.ToString(), StringComparer.Ordinal))
            {
                PartitionRegistration registration = partition.Registration;
                Story.Tell($"node {broker.Id}", $"{partition.TopicPartition} {(partition.IsLeader ? "leads" : "follows")} {registration.Leader} in {registration.LeaderEpoch}/{registration.PartitionEpoch}, "
                    + $"replicas {string.Join(',', registration.Replicas)} +{string.Join(',', registration.AddingReplicas)} -{string.Join(',', registration.RemovingReplicas)}, in sync {string.Join(',', partition.InSyncReplicas)}, {partition.Log}, epochs {string.Join(' ', partition.Log.Epochs.Select(entry => $"{entry.Epoch}@{entry.StartOffset}"))}");
            }
        }

        for (int index = 0; index < _clients.Count; index++)
        {
            if (!_clients[index].IsCompleted)
            {
                Story.Tell("clients", $"number {index + 1} has not ended");
            }
        }
    }

    /// <summary>Why the cluster is not yet whole again; null if it is.</summary>
    private string? Unsettled()
    {
        if (_context.Brokers.FirstOrDefault(broker => broker.Ready is null) is { } away)
        {
            return $"node {away.Id} is not ready";
        }

        Broker[] ready = [.. _context.Brokers.Select(broker => broker.Ready!)];
        if (ready.Select(broker => broker.Parts.Image.Provenance.LastContainedOffset).Distinct().Count() > 1)
        {
            return $"metadata is applied up to {string.Join(", ", ready.Select(broker => broker.Parts.Image.Provenance.LastContainedOffset))}";
        }

        foreach (TopicImage topic in ready[0].Parts.Image.Topics.ById.Select(topic => topic.Value))
        {
            foreach (PartitionRegistration partition in topic.Partitions)
            {
                if (partition.Leader < 0 || partition.Isr.Length < partition.Replicas.Length || partition.IsReassigning)
                {
                    return $"of {topic.Name} the replicas are {string.Join(',', partition.Replicas)}, in sync {string.Join(',', partition.Isr)}, the leader {partition.Leader}, "
                        + $"added {string.Join(',', partition.AddingReplicas)}, removed {string.Join(',', partition.RemovingReplicas)}";
                }
            }
        }

        return null;
    }
}
