namespace Compat.Cluster.Tests.Histories;

/// <summary>The anomalies of the Jepsen workload for Kafka that must not occur.</summary>
internal enum AnomalyKind
{
    /// <summary>Acknowledged, below the highest offset that was read, and read by nobody.</summary>
    LostWrite,

    /// <summary>Acknowledged, and read by nobody although everything had healed and was read to the end.</summary>
    Unseen,

    /// <summary>One value at two offsets.</summary>
    Duplicate,

    /// <summary>Two values at one offset.</summary>
    InconsistentOffsets,

    /// <summary>A value was read whose operation failed (G1a).</summary>
    AbortedRead,

    /// <summary>A transaction read what it had itself not committed yet.</summary>
    PrecommittedRead,

    /// <summary>Within an operation the polls passed over a record.</summary>
    InternalPollSkip,

    /// <summary>Within an operation the polls went back.</summary>
    InternalNonmonotonicPoll,

    /// <summary>Within an operation a later send got a lower offset.</summary>
    InternalNonmonotonicSend,

    /// <summary>A later operation of a process got a lower offset for its send.</summary>
    NonmonotonicSend,

    /// <summary>From one operation of a process to the next, its polls passed over a record; wrong with manual assignment only.</summary>
    PollSkip,

    /// <summary>From one operation of a process to the next, its polls went back; wrong with manual assignment only.</summary>
    NonmonotonicPoll,
}

/// <summary>One finding, with what is needed to look for it in the history.</summary>
internal sealed record Anomaly(AnomalyKind Kind, string Partition, string Description)
{
    public override string ToString() => $"{Kind} in {Partition}: {Description}";
}
