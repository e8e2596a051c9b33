namespace Compat.Clients.Tests.Drivers;

/// <summary>A client library and what it can do; what is not said here, a test demands of it.</summary>
internal sealed record ClientKind(string Name, string VersionPrefix)
{
    public required Func<Task<(string File, string[] Arguments)?>> CommandAsync { get; init; }

    public IReadOnlyList<string> Codecs { get; init; } = ["none", "gzip", "snappy", "lz4", "zstd"];

    /// <summary>Codecs it writes and cannot read from a broker of today.</summary>
    public IReadOnlyList<string> UnreadableCodecs { get; init; } = [];

    public bool Idempotent { get; init; } = true;

    /// <summary>Whether a send says partition and offset, and a failure its code.</summary>
    public bool ReportsDeliveries { get; init; } = true;

    public bool SetsTimestamps { get; init; } = true;

    /// <summary>Whether it can send, and show, a header without a value.</summary>
    public bool NullHeaders { get; init; } = true;

    /// <summary>Whether it can tell an empty key, value or header from none, both ways.</summary>
    public bool EmptyIsNotNull { get; init; } = true;

    /// <summary>Whether the application decides when to commit; otherwise a crash may lose what was in its hands.</summary>
    public bool CommitsOnDemand { get; init; } = true;

    public IReadOnlyList<string> Strategies { get; init; } = ["range", "roundrobin"];

    public bool StaticMembers { get; init; }

    /// <summary>Admin calls its driver makes, each mapped to the library's own names for what it uses.</summary>
    public IReadOnlyDictionary<string, string> AdminCalls { get; init; } = new Dictionary<string, string>();

    /// <summary>Admin calls that it makes in a version which Kafka 4 has dropped; the broker closes the connection, as Kafka does.</summary>
    public IReadOnlyList<string> OutdatedAdminCalls { get; init; } = [];

    /// <summary>Whether a group notices that a topic has grown.</summary>
    public bool NoticesNewPartitions { get; init; } = true;

    /// <summary>Methods of the library's admin interface that call no broker.</summary>
    public IReadOnlyList<string> LocalAdminMethods { get; init; } = [];

    public override string ToString() => Name;
}
