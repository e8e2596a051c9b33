namespace Compat.Replication.Quorum;

/// <summary>What became of an attempt to append.</summary>
public enum ProposalStatus
{
    /// <summary>Appended; whether it commits is told by <see cref="IMetadataQuorum.WaitAsync"/>.</summary>
    Appended,

    /// <summary>Not appended and never will be: the epoch given is not that of a leadership of this node.</summary>
    NotLeader,

    /// <summary>Not appended: the batch exceeds <see cref="MetadataBatchCodec.MaxBatchBytes"/>.</summary>
    TooLarge,
}

/// <summary>An attempt to append a batch.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Epoch">The epoch it was appended in.</param>
/// <param name="LastOffset">Offset of its last record, -1 if it was not appended.</param>
public readonly record struct Proposal(ProposalStatus Status, int Epoch, long LastOffset)
{
    /// <summary>The answer of a node that does not lead the epoch.</summary>
    public static Proposal NotLeader(int epoch) => new(ProposalStatus.NotLeader, epoch, -1);

    /// <summary>The answer to a batch that no log takes.</summary>
    public static Proposal TooLarge(int epoch) => new(ProposalStatus.TooLarge, epoch, -1);
}

/// <summary>How waiting for a proposal ended.</summary>
public enum ProposalOutcome
{
    /// <summary>It is committed: no crash and no election can lose it.</summary>
    Committed,

    /// <summary>It is certainly not in the log; trying again is safe.</summary>
    NotLeader,

    /// <summary>It may or may not become committed. Trying again could do it twice.</summary>
    OutcomeUnknown,
}
