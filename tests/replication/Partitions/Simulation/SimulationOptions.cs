namespace Compat.Replication.Tests.Partitions.Simulation;

/// <summary>A deliberate mistake that the invariants have to notice.</summary>
internal enum Mutant
{
    None,

    /// <summary>Leaders answer followers of any leader epoch and do not compare with theirs what the followers have.</summary>
    EpochsAreNotChecked,

    /// <summary>A leader takes what it sends for what the follower has.</summary>
    HighWatermarkTooEarly,

    /// <summary>A follower cuts its log at its high watermark and does not compare epochs (the time before KIP-101).</summary>
    TruncationToHighWatermark,
}

/// <summary>How a simulation runs.</summary>
/// <param name="Seed">Decides everything.</param>
/// <param name="Mutant">The mistake that is made.</param>
internal sealed record SimulationOptions(int Seed, Mutant Mutant = Mutant.None)
{
    /// <summary>Brokers, with the ids from 1 on.</summary>
    public int Brokers { get; init; } = 3;

    /// <summary>Partitions, each with a replica on every broker.</summary>
    public int Partitions { get; init; } = 2;

    /// <summary>How long faults strike, ms of virtual time.</summary>
    public int FaultyMs { get; init; } = 4_000;

    /// <summary>How long the cluster has to come together afterwards, ms.</summary>
    public int HealingMs { get; init; } = 6_000;
}
