namespace Compat.Wire.Records;

/// <summary>What a control record says; the second field of its key.</summary>
public enum ControlRecordType : short
{
    /// <summary>A type that this version does not know; to be passed over.</summary>
    Unknown = -1,

    /// <summary>The producer's transaction was aborted (KIP-98).</summary>
    Abort = 0,

    /// <summary>The producer's transaction was committed (KIP-98).</summary>
    Commit = 1,

    /// <summary>The quorum has a new leader (KIP-595).</summary>
    LeaderChange = 2,

    /// <summary>A snapshot begins (KIP-630).</summary>
    SnapshotHeader = 3,

    /// <summary>A snapshot is complete (KIP-630).</summary>
    SnapshotFooter = 4,

    /// <summary>The quorum's version is set (KIP-853).</summary>
    KRaftVersion = 5,

    /// <summary>The quorum's voters are set (KIP-853).</summary>
    KRaftVoters = 6,
}
