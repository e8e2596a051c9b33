using Compat.Replication.Metadata;
using Compat.Replication.Tests.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Tests.Partitions.Simulation;

/// <summary>A controller that is always there and decides as Kafka's does: elections, in-sync sets, fencing.</summary>
internal sealed class SimulatedController
{
    private const int SessionMs = 400;

    private readonly EventQueue _events;
    private readonly Dictionary<int, long> _lastHeartbeatMs = [];
    private readonly List<MetadataRecord> _log = [];
    private long _brokerEpoch = 10;

    public SimulatedController(SimulationOptions options, EventQueue events)
    {
        _events = events;
        int[] ids = [.. Enumerable.Range(1, options.Brokers)];
        Append(Records.Topic("t", TopicId));
        for (int i = 0; i < options.Partitions; i++)
        {
            int leader = ids[i % ids.Length];
            Append(Records.Of(
                new PartitionRecord
                {
                    TopicId = TopicId,
                    PartitionId = i,
                    Replicas = [.. ids],
                    Isr = [.. ids],
                    Leader = leader,
                    LeaderEpoch = 0,
                    PartitionEpoch = 0,
                    Directories = [.. ids.Select(_ => DirectoryIds.Unassigned)],
                },
                2));
        }
        Append(Records.Config("t", "min.insync.replicas", "2"));
    }

    public static Uuid TopicId => Records.Id(1);

    /// <summary>The metadata log.</summary>
    public IReadOnlyList<MetadataRecord> Log => _log;

    public MetadataImage Image { get; private set; } = MetadataImage.Empty;

    public int PartitionCount => Topic.Partitions.Length;

    private TopicImage Topic => Image.Topics.TryGet(TopicId, out TopicImage? topic) ? topic : throw new InvalidOperationException();

    public PartitionRegistration Partition(int index) => Topic.Partitions[index];

    public bool IsUnfenced(int brokerId) => Image.Cluster.IsActive(brokerId);

    /// <summary>A new process of a broker; what the one before had not written down may be gone.</summary>
    public void Register(int brokerId, Uuid incarnationId)
    {
        if (Image.Cluster.TryGetBroker(brokerId, out BrokerRegistration? known) && known.IncarnationId == incarnationId)
        {
            return;
        }
        TakeOut(brokerId, isGone: true);
        Append(Records.Of(
            new RegisterBrokerRecord { BrokerId = brokerId, BrokerEpoch = ++_brokerEpoch, IncarnationId = incarnationId, Fenced = true, LogDirs = [Records.Id(2000 + brokerId)] },
            3));
        _lastHeartbeatMs[brokerId] = _events.NowMs;
    }

    public void Heartbeat(int brokerId, long brokerEpoch, bool hasCaughtUp)
    {
        if (!Image.Cluster.TryGetBroker(brokerId, out BrokerRegistration? broker) || broker.Epoch != brokerEpoch)
        {
            return;
        }
        _lastHeartbeatMs[brokerId] = _events.NowMs;
        if (broker.Fenced && hasCaughtUp)
        {
            Append(Records.Of(
                new BrokerRegistrationChangeRecord { BrokerId = brokerId, BrokerEpoch = broker.Epoch, Fenced = BrokerRegistration.UnfenceChange }, 1));
            ElectWhereNobodyLeads();
        }
    }

    /// <summary>Fences those who have not been heard of.</summary>
    public void CheckSessions()
    {
        foreach ((int brokerId, long lastMs) in _lastHeartbeatMs.ToArray())
        {
            if (_events.NowMs - lastMs > SessionMs && IsUnfenced(brokerId))
            {
                Fence(brokerId);
            }
        }
    }

    public void Fence(int brokerId)
    {
        if (!Image.Cluster.TryGetBroker(brokerId, out BrokerRegistration? broker))
        {
            return;
        }
        _events.Note($"controller fences {brokerId}");
        if (!broker.Fenced)
        {
            Append(Records.Of(
                new BrokerRegistrationChangeRecord { BrokerId = brokerId, BrokerEpoch = broker.Epoch, Fenced = BrokerRegistration.FenceChange }, 1));
        }
        TakeOut(brokerId, isGone: false);
    }

    /// <summary>Gives a partition another leader out of its in-sync set.</summary>
    public void MoveLeader(int index, Random random)
    {
        PartitionRegistration partition = Partition(index);
        int[] others = [.. partition.Isr.Where(id => id != partition.Leader && IsUnfenced(id))];
        if (others.Length > 0)
        {
            Change(index, leader: others[random.Next(others.Length)]);
        }
    }

    public AlterPartitionResponse AlterPartition(AlterPartitionRequest request)
    {
        var response = new AlterPartitionResponse();
        foreach (AlterPartitionRequest.TopicData topic in request.Topics)
        {
            response.Topics.Add(new()
            {
                TopicId = topic.TopicId,
                Partitions = [.. topic.Partitions.Select(partition => Alter(request.BrokerId, partition))],
            });
        }
        return response;
    }

    private AlterPartitionResponse.PartitionData Alter(int brokerId, AlterPartitionRequest.PartitionData asked)
    {
        PartitionRegistration now = Partition(asked.PartitionIndex);
        ErrorCode error = now.Leader != brokerId || asked.LeaderEpoch < now.LeaderEpoch ? ErrorCode.FencedLeaderEpoch
            : asked.PartitionEpoch != now.PartitionEpoch ? ErrorCode.InvalidUpdateVersion
            : asked.NewIsrWithEpochs.Any(IsIneligible) ? ErrorCode.IneligibleReplica
            : ErrorCode.None;
        if (error == ErrorCode.None)
        {
            Change(asked.PartitionIndex, isr: [.. asked.NewIsrWithEpochs.Select(member => member.BrokerId)]);
        }
        PartitionRegistration after = Partition(asked.PartitionIndex);
        return new()
        {
            PartitionIndex = asked.PartitionIndex,
            ErrorCode = error,
            LeaderId = after.Leader,
            LeaderEpoch = after.LeaderEpoch,
            Isr = [.. after.Isr],
            PartitionEpoch = after.PartitionEpoch,
        };
    }

    private bool IsIneligible(AlterPartitionRequest.BrokerState member) => !Image.Cluster.TryGetBroker(member.BrokerId, out BrokerRegistration? broker)
        || broker.Fenced
        || (member.BrokerEpoch != -1 && member.BrokerEpoch != broker.Epoch);

    private void TakeOut(int brokerId, bool isGone)
    {
        for (int i = 0; i < PartitionCount; i++)
        {
            PartitionRegistration partition = Partition(i);
            bool isMember = partition.Isr.Contains(brokerId);
            int[] isr = isMember && partition.Isr.Length > 1 ? [.. partition.Isr.Where(id => id != brokerId)] : [.. partition.Isr];
            if (partition.Leader == brokerId)
            {
                Change(i, isr, isr.Where(id => id != brokerId && IsUnfenced(id)).FirstOrDefault(PartitionRegistration.NoLeader));
            }
            else if (isr.Length != partition.Isr.Length || (isGone && isMember))
            {
                Change(i, isr);
            }
        }
    }

    private void ElectWhereNobodyLeads()
    {
        for (int i = 0; i < PartitionCount; i++)
        {
            PartitionRegistration partition = Partition(i);
            if (partition.Leader == PartitionRegistration.NoLeader && partition.Isr.FirstOrDefault(IsUnfenced) is int leader and not 0)
            {
                Change(i, leader: leader);
            }
        }
    }

    private void Change(int index, int[]? isr = null, int leader = PartitionRegistration.NoLeaderChange)
    {
        var record = new PartitionChangeRecord { TopicId = TopicId, PartitionId = index, Leader = leader };
        record.Isr = isr is null ? null : [.. isr];
        Append(Records.Of(record, 2));
        PartitionRegistration after = Partition(index);
        _events.Note($"controller: {index} leader {after.Leader} epoch {after.LeaderEpoch}/{after.PartitionEpoch} isr {string.Join(',', after.Isr)}");
    }

    private void Append(MetadataRecord record)
    {
        _log.Add(record);
        Image = Image.Apply(record);
    }
}
