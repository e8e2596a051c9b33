namespace Compat.Cluster.Tests.Histories;

/// <summary>What became of an operation.</summary>
internal enum Outcome
{
    /// <summary>It was acknowledged.</summary>
    Acknowledged,

    /// <summary>It certainly did not happen, or was taken back: a transaction that was aborted.</summary>
    Failed,

    /// <summary>Nobody knows: the answer was lost, or never came.</summary>
    Unknown,
}

/// <summary>
/// One thing a client did: a request, or a transaction with several steps. Operations of a process follow each other;
/// those of different processes may overlap.
/// </summary>
/// <param name="Process">The client. One that crashes comes back as another process.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Steps">What it consisted of, in order.</param>
internal sealed record Operation(int Process, Outcome Outcome, IReadOnlyList<Step> Steps)
{
    public static Operation Of(int process, Outcome outcome, params Step[] steps) => new(process, outcome, steps);
}

/// <summary>A part of an operation.</summary>
internal abstract record Step;

/// <summary>A value sent to a partition; values are unique in a history.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Value">The value.</param>
/// <param name="Offset">The offset that was acknowledged; null when none was.</param>
internal sealed record Send(string Partition, long Value, long? Offset) : Step;

/// <summary>What one poll returned, in its order.</summary>
internal sealed record Poll(IReadOnlyList<Seen> Records) : Step
{
    public static Poll Of(params Seen[] records) => new(records);
}

/// <summary>The process begins to read elsewhere: it was assigned partitions, or sought. What it reads next need not follow what it read before.</summary>
internal sealed record Reposition : Step;

/// <summary>A record that was read.</summary>
internal readonly record struct Seen(string Partition, long Offset, long Value);
