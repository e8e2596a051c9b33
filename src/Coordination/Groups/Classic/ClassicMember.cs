using Compat.Coordination.Runtime;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups.Classic;

/// <summary>A member of a classic group.</summary>
internal sealed class ClassicMember
{
    private ClassicMember(ClassicGroup group, string memberId, string? groupInstanceId, MemberProtocols protocols)
    {
        MemberId = memberId;
        GroupInstanceId = groupInstanceId;
        Protocols = protocols;
        Session = new SessionTimer(group, memberId);
    }

    /// <summary>The id the coordinator gave the member.</summary>
    public string MemberId { get; }

    /// <summary>The name a static member keeps through restarts (KIP-345); null for a dynamic one.</summary>
    public string? GroupInstanceId { get; }

    /// <summary>The client's name for itself.</summary>
    public required string ClientId { get; init; }

    /// <summary>Where the client is.</summary>
    public required string ClientHost { get; init; }

    /// <summary>How long the member may take to join again in a rebalance, milliseconds.</summary>
    public required int RebalanceTimeoutMs { get; set; }

    /// <summary>How long the member may be silent, milliseconds.</summary>
    public required int SessionTimeoutMs { get; set; }

    /// <summary>The protocols the member has.</summary>
    public MemberProtocols Protocols { get; set; }

    /// <summary>The member's part of the group's work in this generation.</summary>
    public byte[] Assignment { get; set; } = [];

    /// <summary>The JoinGroup that waits for the generation to begin.</summary>
    public Reply<JoinGroupResponse>? AwaitingJoin { get; set; }

    /// <summary>The SyncGroup that waits for the leader's assignment.</summary>
    public Reply<SyncGroupResponse>? AwaitingSync { get; set; }

    /// <summary>True until the member has got its first generation. It cannot send heartbeats before, so its join may not wait for ever.</summary>
    public bool IsNew { get; set; }

    /// <summary>The end of the member's session, unless it moves.</summary>
    public SessionTimer Session { get; }

    /// <summary>True when a request of the member is being kept waiting, which proves it alive.</summary>
    public bool IsHeldUp => !IsNew && (AwaitingJoin is not null || AwaitingSync is not null);

    /// <summary>A member that joins.</summary>
    public static ClassicMember Joining(ClassicGroup group, string memberId, GroupCall<JoinGroupRequest> call) =>
        new(group, memberId, call.Request.GroupInstanceId, new MemberProtocols(call.Request.Protocols))
        {
            ClientId = call.Context.ClientId,
            ClientHost = call.Context.ClientHost,
            RebalanceTimeoutMs = call.Request.RebalanceTimeoutMs,
            SessionTimeoutMs = call.Request.SessionTimeoutMs,
            IsNew = true,
        };

    /// <summary>A member as a logged generation has it.</summary>
    public static ClassicMember Logged(ClassicGroup group, string? protocol, GroupMetadataValue.MemberMetadata logged) =>
        new(group, logged.MemberId, logged.GroupInstanceId, new MemberProtocols(protocol ?? "", logged.Subscription))
        {
            ClientId = logged.ClientId,
            ClientHost = logged.ClientHost,
            RebalanceTimeoutMs = logged.RebalanceTimeout < 0 ? logged.SessionTimeout : logged.RebalanceTimeout,
            SessionTimeoutMs = logged.SessionTimeout,
        };

    /// <summary>The same member under the id it got when it came back.</summary>
    public ClassicMember WithId(ClassicGroup group, string memberId) => new(group, memberId, GroupInstanceId, Protocols)
    {
        ClientId = ClientId,
        ClientHost = ClientHost,
        RebalanceTimeoutMs = RebalanceTimeoutMs,
        SessionTimeoutMs = SessionTimeoutMs,
        Assignment = Assignment,
    };
}
