using System.Text;
using Compat.Coordination.Groups;
using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

/// <summary>A client of one group: it says what a consumer says and remembers what it was told.</summary>
internal sealed class Member(ShardDriver shard, string name, string group = "g")
{
    public string Name { get; } = name;

    public string MemberId { get; set; } = "";

    public int Generation { get; set; } = -1;

    public string? InstanceId { get; init; }

    public short Version { get; init; } = 9;

    public string? Reason { get; init; }

    public string ProtocolType { get; init; } = "consumer";

    /// <summary>The protocols with the topics of their subscriptions.</summary>
    public List<(string Name, byte[] Metadata)> Protocols { get; set; } = [("range", Subscription("t"))];

    public int SessionTimeoutMs { get; init; } = 10_000;

    public int RebalanceTimeoutMs { get; init; } = 60_000;

    public Reply<JoinGroupResponse>? Joining { get; private set; }

    public Reply<SyncGroupResponse>? Syncing { get; private set; }

    public JoinGroupResponse? Joined => Joining?.Response;

    public SyncGroupResponse? Synced => Syncing?.Response;

    public bool IsLeader => Joined is { ErrorCode: ErrorCode.None } joined && joined.Leader == joined.MemberId;

    public string? Assignment => Synced is { ErrorCode: ErrorCode.None } synced ? Encoding.UTF8.GetString(synced.Assignment.Span) : null;

    /// <summary>The metadata of a consumer that subscribes to topics, version 1 of the embedded protocol.</summary>
    public static byte[] Subscription(params string[] topics)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new WireWriter(bytes);
        writer.WriteInt16(1);
        writer.WriteArrayCount(topics.Length, flexible: false);
        foreach (string topic in topics)
        {
            writer.WriteString(topic, flexible: false);
        }

        writer.WriteNullableBytes(null, flexible: false);
        writer.WriteArrayCount(0, flexible: false);
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>One JoinGroup.</summary>
    public Reply<JoinGroupResponse> AskToJoin()
    {
        var request = new JoinGroupRequest
        {
            GroupId = group,
            MemberId = MemberId,
            GroupInstanceId = InstanceId,
            Reason = Reason,
            ProtocolType = ProtocolType,
            SessionTimeoutMs = SessionTimeoutMs,
            RebalanceTimeoutMs = RebalanceTimeoutMs,
        };
        foreach ((string protocol, byte[] metadata) in Protocols)
        {
            request.Protocols.Add(new JoinGroupRequest.JoinGroupRequestProtocol { Name = protocol, Metadata = metadata });
        }

        var context = new GroupRequestContext(Version, Name, "/127.0.0.1");
        return Joining = shard.Ask(GroupShard.JoinDecision, new GroupCall<JoinGroupRequest>(request, context));
    }

    /// <summary>Joins as clients do: with the id it is given when it is told to.</summary>
    public Member Join()
    {
        AskToJoin();
        if (Joined?.ErrorCode == ErrorCode.MemberIdRequired)
        {
            MemberId = Joined.MemberId;
            AskToJoin();
        }

        return this;
    }

    /// <summary>Takes over what the answered join said.</summary>
    public Member Accept()
    {
        Assert.NotNull(Joined);
        Assert.Equal(ErrorCode.None, Joined.ErrorCode);
        MemberId = Joined.MemberId;
        Generation = Joined.GenerationId;
        return this;
    }

    /// <summary>Fetches the assignment; the leader gives everybody its name in this generation.</summary>
    public Member Sync()
    {
        Accept();
        return Sync(IsLeader ? [.. Joined!.Members.Select(member => (member.MemberId, $"{member.MemberId[..member.MemberId.IndexOf('-')]}@{Generation}"))] : []);
    }

    public Member Sync((string MemberId, string Assignment)[] assignments)
    {
        var request = new SyncGroupRequest
        {
            GroupId = group,
            MemberId = MemberId,
            GroupInstanceId = InstanceId,
            GenerationId = Generation,
            ProtocolType = Joined?.ProtocolType,
            ProtocolName = Joined?.ProtocolName,
        };
        foreach ((string memberId, string assignment) in assignments)
        {
            request.Assignments.Add(new SyncGroupRequest.SyncGroupRequestAssignment
            {
                MemberId = memberId,
                Assignment = Encoding.UTF8.GetBytes(assignment),
            });
        }

        return Sync(request);
    }

    public Member Sync(SyncGroupRequest request)
    {
        Syncing = shard.Ask(GroupShard.SyncDecision, request);
        return this;
    }

    public ErrorCode Heartbeat() => shard.Decide(GroupShard.HeartbeatDecision, new HeartbeatRequest
    {
        GroupId = group,
        MemberId = MemberId,
        GroupInstanceId = InstanceId,
        GenerationId = Generation,
    }).ErrorCode;

    public LeaveGroupResponse Leave() => shard.Decide(GroupShard.LeaveDecision, new LeaveGroupRequest
    {
        GroupId = group,
        Members = [new LeaveGroupRequest.MemberIdentity { MemberId = MemberId, GroupInstanceId = InstanceId }],
    });

    public ErrorCode Commit(long offset, string topic = "t", int partition = 0, string? metadata = null) =>
        CommitRequest(offset, topic, partition, metadata).Topics[0].Partitions[0].ErrorCode;

    public OffsetCommitResponse CommitRequest(long offset, string topic, int partition, string? metadata) =>
        shard.Decide(GroupShard.CommitDecision, new GroupCall<OffsetCommitRequest>(
            new OffsetCommitRequest
            {
                GroupId = group,
                MemberId = MemberId,
                GroupInstanceId = InstanceId,
                GenerationIdOrMemberEpoch = Generation,
                Topics =
                [
                    new OffsetCommitRequest.OffsetCommitRequestTopic
                    {
                        Name = topic,
                        Partitions =
                        [
                            new OffsetCommitRequest.OffsetCommitRequestPartition
                            {
                                PartitionIndex = partition,
                                CommittedOffset = offset,
                                CommittedLeaderEpoch = 3,
                                CommittedMetadata = metadata,
                            },
                        ],
                    },
                ],
            },
            new GroupRequestContext(Version, Name, "/127.0.0.1")));
}
