using Compat.Replication.Throttling;

namespace Compat.Replication.Following;

/// <summary>How followers fetch; the names and defaults are those of Kafka's settings.</summary>
public sealed record ReplicaFetchOptions
{
    private const int FirstPauseMs = 10;
    private const int MostDoublings = 20;

    /// <summary>node.id of this broker.</summary>
    public required int BrokerId { get; init; }

    /// <summary>replica.fetch.wait.max.ms: how long a leader without news holds a fetch, ms.</summary>
    public int MaxWaitMs { get; init; } = 500;

    /// <summary>replica.fetch.min.bytes: how many bytes are worth an answer before that.</summary>
    public int MinBytes { get; init; } = 1;

    /// <summary>replica.fetch.response.max.bytes: the most bytes in an answer, but for a first batch that is larger.</summary>
    public int MaxBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>replica.fetch.max.bytes: the most bytes of one partition in an answer.</summary>
    public int PartitionMaxBytes { get; init; } = 1024 * 1024;

    /// <summary>replica.fetch.backoff.ms: the longest pause after an error, ms.</summary>
    public int BackoffMs { get; init; } = 1000;

    /// <summary>replica.socket.timeout.ms: how long an answer may take, ms.</summary>
    public int SocketTimeoutMs { get; init; } = 30_000;

    /// <summary>num.replica.fetchers: how many fetches may be under way to one leader.</summary>
    public int FetchersPerLeader { get; init; } = 1;

    /// <summary>Holds replicas back that are copied slowly on purpose; null for nothing.</summary>
    public ReplicationThrottle? Throttle { get; init; }

    /// <summary>
    /// The pause after an error, ms. It begins short and doubles: most errors come of an election that the leader has not heard
    /// of yet, and are over as soon as it has.
    /// </summary>
    /// <param name="earlier">How many errors there were just before.</param>
    public long PauseMs(int earlier) => Math.Min(BackoffMs, (long)FirstPauseMs << Math.Min(earlier, MostDoublings));
}
