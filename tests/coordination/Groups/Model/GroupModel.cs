using Compat.Coordination.Groups;
using Compat.Coordination.Groups.Classic;
using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups.Model;

/// <summary>A group whose members come, go, crash, return and are cut off, all of it from one seed, and what must hold meanwhile.</summary>
internal sealed class GroupModel
{
    public const int Partitions = 12;
    public const int SessionTimeoutMs = 10_000;
    public const int RebalanceTimeoutMs = 30_000;

    private const string GroupId = "g";
    private const int MaxClients = 12;
    private const int HeartbeatIntervalMs = 1000;
    private const int MaxHistory = 100;

    private readonly Random _random;
    private readonly bool _isCooperative;
    private readonly ShardDriver _shard;
    private readonly List<ModelClient> _clients = [];
    private readonly OffsetsGoForward _offsets = new();
    private readonly Queue<string> _history = new();
    private int _born;

    public GroupModel(int seed, bool isCooperative)
    {
        _random = new Random(seed);
        _isCooperative = isCooperative;
        _shard = new ShardDriver(new GroupCoordinatorConfig { InitialRebalanceDelayMs = _random.Next(2) * 3000 }, seed);
    }

    /// <summary>The last that happened, for whoever looks into a failure.</summary>
    public string History => string.Join('\n', _history);

    public OneOwnerAPartition OneOwner { get; } = new();

    public int Generations => _shard.Shard.Groups.ContainsKey(GroupId) ? _shard.Group().Generation : 0;

    /// <summary>Lets things happen.</summary>
    public void Run(int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            int dice = _random.Next(100);
            switch (dice)
            {
                case < 6 when _clients.Count < MaxClients:
                    Start();
                    break;
                case < 9 when _clients.Count > 0:
                    Crash(Any());
                    break;
                case < 12 when _clients.Count > 0:
                    LeaveAndGo(Any());
                    break;
                case < 14:
                    LoseCoordinator();
                    break;
                case < 20:
                    _shard.Advance(_random.Next(SessionTimeoutMs / 2));
                    break;
                case < 45 when _clients.Count > 0:
                    Any().Commit(_random.Next(1, 4));
                    break;
                default:
                    if (_clients.Count > 0)
                    {
                        Any().Step();
                    }

                    _shard.Advance(_random.Next(200));
                    break;
            }
        }
    }

    /// <summary>Lets the living go on undisturbed and checks that they find together.</summary>
    public void Settle()
    {
        while (_clients.Count < 3)
        {
            Start();
        }

        // Ghosts are found out after a session, stragglers after a rebalance; five seconds are for the conversation itself.
        for (int elapsed = 0; elapsed < SessionTimeoutMs + RebalanceTimeoutMs + 5000; elapsed += HeartbeatIntervalMs)
        {
            for (int turn = 0; turn < 4; turn++)
            {
                foreach (ModelClient client in _clients.ToArray())
                {
                    client.Step();
                }
            }

            _shard.Advance(HeartbeatIntervalMs);
        }

        ClassicGroup group = _shard.Group(GroupId);
        Assert.Equal(ClassicGroupState.Stable, group.State);
        Assert.Equal(_clients.Count, group.MemberCount);
        Assert.All(_clients, client => Assert.True(client.IsSettled && client.Generation == group.Generation, $"{client.Name} is not settled"));
        Assert.Equal(Enumerable.Range(0, Partitions), _clients.SelectMany(client => client.Owned).Order());
    }

    public Reply<JoinGroupResponse> Join(string memberId, string? instanceId, string protocol, string clientId, byte[] metadata) =>
        _shard.Ask(GroupShard.JoinDecision, new GroupCall<JoinGroupRequest>(
            new JoinGroupRequest
            {
                GroupId = GroupId,
                MemberId = memberId,
                GroupInstanceId = instanceId,
                ProtocolType = "consumer",
                SessionTimeoutMs = SessionTimeoutMs,
                RebalanceTimeoutMs = RebalanceTimeoutMs,
                Protocols = [new JoinGroupRequest.JoinGroupRequestProtocol { Name = protocol, Metadata = metadata }],
            },
            new GroupRequestContext(9, clientId, "/127.0.0.1")));

    public Reply<SyncGroupResponse> Sync(
        string memberId, string? instanceId, int generation, JoinGroupResponse joined, (string MemberId, byte[] Assignment)[] assignments) =>
        _shard.Ask(GroupShard.SyncDecision, new SyncGroupRequest
        {
            GroupId = GroupId,
            MemberId = memberId,
            GroupInstanceId = instanceId,
            GenerationId = generation,
            ProtocolType = joined.ProtocolType,
            ProtocolName = joined.ProtocolName,
            Assignments = [.. assignments.Select(assignment => new SyncGroupRequest.SyncGroupRequestAssignment { MemberId = assignment.MemberId, Assignment = assignment.Assignment })],
        });

    public ErrorCode Heartbeat(string memberId, string? instanceId, int generation) => _shard.Decide(GroupShard.HeartbeatDecision, new HeartbeatRequest
    {
        GroupId = GroupId,
        MemberId = memberId,
        GroupInstanceId = instanceId,
        GenerationId = generation,
    }).ErrorCode;

    public ErrorCode Commit(string memberId, string? instanceId, int generation, int partition, long offset)
    {
        var request = new OffsetCommitRequest
        {
            GroupId = GroupId,
            MemberId = memberId,
            GroupInstanceId = instanceId,
            GenerationIdOrMemberEpoch = generation,
            Topics =
            [
                new OffsetCommitRequest.OffsetCommitRequestTopic
                {
                    Name = "t",
                    Partitions = [new OffsetCommitRequest.OffsetCommitRequestPartition { PartitionIndex = partition, CommittedOffset = offset }],
                },
            ],
        };
        ErrorCode error = _shard.Decide(
            GroupShard.CommitDecision, new GroupCall<OffsetCommitRequest>(request, new GroupRequestContext(9, "c", "/"))).Topics[0].Partitions[0].ErrorCode;
        if (error == ErrorCode.None)
        {
            _offsets.Committed(partition, offset);
        }

        return error;
    }

    public long Fetch(int partition)
    {
        long offset = _shard.Fetch(GroupId, "t", partition).CommittedOffset;
        _offsets.Fetched(partition, offset);
        return offset;
    }

    public void Leave(string memberId, string? instanceId) => _shard.Decide(GroupShard.LeaveDecision, new LeaveGroupRequest
    {
        GroupId = GroupId,
        Members = [new LeaveGroupRequest.MemberIdentity { MemberId = memberId, GroupInstanceId = instanceId }],
    });

    public void Note(string happening)
    {
        _history.Enqueue($"{_shard.UptimeMs,8} {happening}");
        if (_history.Count > MaxHistory)
        {
            _history.Dequeue();
        }
    }

    /// <summary>Another process took the instance over: this one ends, as clients do.</summary>
    public void Fenced(ModelClient client)
    {
        Note($"{client.Name} is fenced");
        _clients.Remove(client);
    }

    private ModelClient Any() => _clients[_random.Next(_clients.Count)];

    private void Start()
    {
        // One in three is static; its instance may be taken from one that crashed, or from one that lives.
        string? instance = _random.Next(3) == 0 ? $"static{_random.Next(4)}" : null;
        _clients.Add(new ModelClient(this, instance ?? $"m{_born++}", _isCooperative, instance));
    }

    private void Crash(ModelClient client)
    {
        Note($"{client.Name} crashes");
        _clients.Remove(client);
    }

    private void LeaveAndGo(ModelClient client)
    {
        Note($"{client.Name} leaves");
        client.Leave();
        _clients.Remove(client);
    }

    private void LoseCoordinator()
    {
        Note("the coordinator restarts");
        _shard.Restart();
        foreach (ModelClient client in _clients)
        {
            client.CoordinatorLost();
        }
    }
}
