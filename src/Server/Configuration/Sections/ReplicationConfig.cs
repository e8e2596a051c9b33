namespace Compat.Server.Configuration;

/// <summary>How replicas are kept alike.</summary>
public sealed record ReplicationConfig
{
    private const string RackAwareSelector = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

    /// <summary>replica.lag.time.max.ms: how long a follower may lag behind before it leaves the in-sync set.</summary>
    public required long LagTimeMaxMs { get; init; }

    /// <summary>replica.fetch.wait.max.ms: how long a follower's fetch waits for new records.</summary>
    public required int FetchWaitMaxMs { get; init; }

    /// <summary>replica.fetch.min.bytes: bytes a follower's fetch waits for.</summary>
    public required int FetchMinBytes { get; init; }

    /// <summary>replica.fetch.max.bytes: bytes a follower asks for from one partition.</summary>
    public required int FetchMaxBytes { get; init; }

    /// <summary>replica.fetch.response.max.bytes: bytes a follower asks for in one fetch.</summary>
    public required int FetchResponseMaxBytes { get; init; }

    /// <summary>replica.fetch.backoff.ms: how long a follower waits after an error.</summary>
    public required int FetchBackoffMs { get; init; }

    /// <summary>replica.socket.timeout.ms: how long a follower's request may take.</summary>
    public required int SocketTimeoutMs { get; init; }

    /// <summary>num.replica.fetchers: fetches that may be under way to one other broker.</summary>
    public required int FetchersPerLeader { get; init; }

    /// <summary>Whether replica.selector.class sends clients to replicas in their own rack.</summary>
    public required bool SelectsByRack { get; init; }

    /// <summary>leader.replication.throttled.rate: bytes a second that are sent to throttled replicas.</summary>
    public required long LeaderThrottledRate { get; init; }

    /// <summary>follower.replication.throttled.rate: bytes a second that throttled replicas fetch.</summary>
    public required long FollowerThrottledRate { get; init; }

    /// <summary>replication.quota.window.num: samples by which those rates are held.</summary>
    public required int QuotaSamples { get; init; }

    /// <summary>replication.quota.window.size.seconds: time that one of them covers.</summary>
    public required TimeSpan QuotaSample { get; init; }

    internal static ReplicationConfig From(ConfigValues values) => new()
    {
        LagTimeMaxMs = values.Required<long>("replica.lag.time.max.ms"),
        FetchWaitMaxMs = values.Required<int>("replica.fetch.wait.max.ms"),
        FetchMinBytes = values.Required<int>("replica.fetch.min.bytes"),
        FetchMaxBytes = values.Required<int>("replica.fetch.max.bytes"),
        FetchResponseMaxBytes = values.Required<int>("replica.fetch.response.max.bytes"),
        FetchBackoffMs = values.Required<int>("replica.fetch.backoff.ms"),
        SocketTimeoutMs = values.Required<int>("replica.socket.timeout.ms"),
        FetchersPerLeader = values.Required<int>("num.replica.fetchers"),
        LeaderThrottledRate = values.Required<long>("leader.replication.throttled.rate"),
        FollowerThrottledRate = values.Required<long>("follower.replication.throttled.rate"),
        QuotaSamples = values.Required<int>("replication.quota.window.num"),
        QuotaSample = ConfigTime.Milliseconds(values.Required<int>("replication.quota.window.size.seconds") * 1_000L),
        SelectsByRack = values.Text("replica.selector.class") == RackAwareSelector,
    };
}
