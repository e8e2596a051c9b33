using Compat.Log;
using Compat.Log.Configuration;
using Compat.Log.Storage;
using Compat.Replication.Following;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Replication.Tests.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Compat.Replication.Tests.Partitions.Simulation;

/// <summary>One process of a broker: real logs, partitions and fetchers over a simulated network, disk and clock.</summary>
internal sealed class SimulatedBroker : IPartitionListener, IIsrChanges, IDisposable
{
    private const int AnswerTimeoutMs = 250;

    private readonly PartitionSimulation _simulation;
    private readonly LogManager _logs;
    private readonly PartitionRegistry _registry;
    private readonly Dictionary<int, Fetcher> _fetchers = [];
    private readonly Dictionary<Partition, (int Leader, int Epoch)> _followed = [];
    private MetadataImage _image = MetadataImage.Empty;
    private int _applied;

    public SimulatedBroker(PartitionSimulation simulation, int id, MemoryStorage disk, int process)
    {
        _simulation = simulation;
        Id = id;
        Disk = disk;
        IncarnationId = Records.Id((1000 * id) + process);
        var context = new LogContext(disk, Events.Time, new Random(id), NullLogger.Instance);
        _logs = LogManager.Open(context, new LogManagerOptions { LogDirs = ["/data"], ClusterId = "cluster", NodeId = id });
        _registry = new PartitionRegistry(
            new PartitionRegistryOptions(id, IncarnationId, ReplicaLagTimeMaxMs: 300),
            _logs,
            (image, topic) => LogConfig.Default with { MinInsyncReplicas = int.Parse(image.Configs.Of(ConfigResource.Topic(topic))["min.insync.replicas"]) },
            this,
            Events.Time,
            NullLogger<PartitionRegistry>.Instance);
        _registry.AddListener(this);
    }

    public int Id { get; }

    public MemoryStorage Disk { get; }

    public Uuid IncarnationId { get; }

    /// <summary>Until when the process is stopped, as by SIGSTOP.</summary>
    public long PausedUntilMs { get; set; }

    public bool IsPaused => PausedUntilMs > Events.NowMs;

    /// <summary>The epoch of its registration, -1 before.</summary>
    public long BrokerEpoch => _image.Cluster.TryGetBroker(Id, out BrokerRegistration? self) && self.IncarnationId == IncarnationId ? self.Epoch : -1;

    public bool IsRegistered => BrokerEpoch >= 0;

    private EventQueue Events => _simulation.Events;

    private SimulatedController Controller => _simulation.Controller;

    public Partition? Partition(int index) => _registry.TryGet("t", index, out Partition? partition) ? partition : null;

    /// <summary>Does what a process does from time to time: reads the metadata log, heartbeats, fetches, looks for laggards.</summary>
    public void Tick(Random random)
    {
        ReadMetadata(random);
        if (!IsRegistered)
        {
            Events.Send(Id, EventQueue.Controller, () => Controller.Register(Id, IncarnationId));
        }
        else
        {
            (long epoch, bool hasCaughtUp) = (BrokerEpoch, _applied >= Controller.Log.Count);
            Events.Send(Id, EventQueue.Controller, () => Controller.Heartbeat(Id, epoch, hasCaughtUp));
        }
        foreach (Fetcher fetcher in _fetchers.Values.ToArray())
        {
            fetcher.Pump();
        }
        if (random.Next(5) == 0)
        {
            for (int i = 0; i < _simulation.Options.Partitions; i++)
            {
                Partition(i)?.RemoveLaggards();
            }
        }
    }

    public void OnLeading(Partition partition)
    {
        Release(partition);
        Events.Note($"{Id} leads {partition.TopicPartition.Partition} epoch {partition.LeaderEpoch} from {partition.Log.LogEndOffset}, high watermark {partition.HighWatermark}");
    }

    public void OnGone(Partition partition) => Release(partition);

    public void OnFollowing(Partition partition)
    {
        (int leader, int epoch) = (partition.LeaderId, partition.LeaderEpoch);
        if (_followed.TryGetValue(partition, out var now) && now == (leader, epoch))
        {
            return;
        }
        Release(partition);
        if (leader < 1 || leader == Id)
        {
            return;
        }
        if (_simulation.Options.Mutant == Mutant.TruncationToHighWatermark)
        {
            partition.Log.TruncateTo(partition.HighWatermark);
        }
        if (!_fetchers.TryGetValue(leader, out Fetcher? fetcher))
        {
            _fetchers[leader] = fetcher = new Fetcher(this, leader);
        }
        fetcher.Partitions.Set(partition, epoch);
        _followed[partition] = (leader, epoch);
    }

    public void Submit(IsrProposal proposal)
    {
        Events.Note($"{Id} proposes isr {string.Join(',', proposal.NewIsr.Select(member => member.BrokerId))} of {proposal.Partition.TopicPartition.Partition}, {proposal.LeaderEpoch}/{proposal.PartitionEpoch}");
        Send(proposal);
    }

    public FetchResponse Serve(FetchRequest request, int replicaId, long replicaEpoch) =>
        new SimulatedLeader(this, _simulation.Options.Mutant).Fetch(request, replicaId, replicaEpoch);

    public void Dispose() => _logs.Dispose();

    private void Release(Partition partition)
    {
        if (_followed.Remove(partition, out var now))
        {
            _fetchers[now.Leader].Partitions.Remove(partition);
        }
    }

    private void ReadMetadata(Random random)
    {
        if (Events.IsCut(EventQueue.Controller, Id) || _applied == Controller.Log.Count)
        {
            return;
        }
        // A restart replays everything at once; after that, batches of any size.
        int until = _applied == 0 ? Controller.Log.Count : _applied + 1 + random.Next(Controller.Log.Count - _applied);
        var delta = new MetadataDelta(_image);
        for (; _applied < until; _applied++)
        {
            delta.Replay(Controller.Log[_applied]);
        }
        _image = delta.Apply(new MetadataProvenance(_applied, 1, 0, true));
        _registry.OnMetadataUpdate(delta, _image);
    }

    private void Send(IsrProposal proposal)
    {
        bool isAnswered = false;
        AlterPartitionRequest request = IsrKeeper.Describe([proposal], Id, BrokerEpoch, version: 3);
        Events.Send(Id, EventQueue.Controller, () =>
        {
            AlterPartitionResponse response = Controller.AlterPartition(request);
            Events.Send(EventQueue.Controller, Id, () => _simulation.Run(this, () => Conclude(IsrKeeper.AnswerTo(proposal, response))));
        });
        Events.After(AnswerTimeoutMs, () => _simulation.Run(this, () => Conclude(IsrAnswer.Refused(ErrorCode.NetworkException))));

        void Conclude(IsrAnswer answer)
        {
            if (!isAnswered)
            {
                isAnswered = true;
                if (proposal.Partition.OnIsrAnswer(proposal, answer))
                {
                    Send(proposal);
                }
            }
        }
    }

    /// <summary>The loop around the partitions that are followed from one leader, without sessions.</summary>
    private sealed class Fetcher(SimulatedBroker broker, int leaderId)
    {
        private int _requests;
        private bool _isWaiting;

        public FollowedPartitions Partitions { get; } = new(new ReplicaFetchOptions { BrokerId = broker.Id, BackoffMs = 20 }, NullLogger.Instance);

        private EventQueue Events => broker.Events;

        public void Pump()
        {
            if (_isWaiting)
            {
                return;
            }
            FindOffsets();
            if (Partitions.NextRequest(Events.NowMs) is not { } request)
            {
                return;
            }
            _isWaiting = true;
            int number = ++_requests;
            Ask(
                leader => leader.Serve(request, broker.Id, broker.BrokerEpoch),
                response => Conclude(number, () => Partitions.OnAnswer(response, Events.NowMs)));
            Events.After(AnswerTimeoutMs, () => broker._simulation.Run(broker, () => Conclude(number, Partitions.OnFailure)));
        }

        private void Conclude(int number, Action action)
        {
            // An answer belongs to one request, as on a connection.
            if (_isWaiting && number == _requests)
            {
                _isWaiting = false;
                action();
                Events.After(1, () => broker._simulation.Run(broker, Pump));
            }
        }

        private void FindOffsets()
        {
            foreach (FollowedPartition followed in Partitions.OutOfRange)
            {
                Ask(
                    leader => leader.Partition(followed.Key.Partition) is { IsLeader: true } partition && partition.LeaderEpoch == followed.LeaderEpoch
                        ? (ErrorCode.None, partition.Log.LogStartOffset, partition.Log.LogEndOffset)
                        : (ErrorCode.NotLeaderOrFollower, -1L, -1L),
                    found => Partitions.OnOffsets(followed, found.Item1, found.Item2, found.Item3, Events.NowMs));
            }
        }

        private void Ask<TAnswer>(Func<SimulatedBroker, TAnswer> serve, Action<TAnswer> take)
        {
            if (broker._simulation.Process(leaderId) is not { } leader)
            {
                return;
            }
            Events.Send(broker.Id, leaderId, () => broker._simulation.Run(leader, () =>
            {
                TAnswer answer = serve(leader);
                Events.Send(leaderId, broker.Id, () => broker._simulation.Run(broker, () => take(answer)));
            }));
        }
    }
}
