namespace Compat.Cluster.Tests;

/// <summary>
/// Deliberate mistakes, one for each kind of check: a test runs with <see cref="None"/> and must find nothing, and once
/// with the mistake and must find it. They are made outside of the product: in the disk, between broker and client, or by
/// the hand that pulls the plug.
/// </summary>
internal enum Mutant
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Flushes return without flushing.</summary>
    LyingFlush,

    /// <summary>What was written last is gone after a kill, as if the answer had left before the write.</summary>
    AnswerBeforeWrite,

    /// <summary>Batches reach the broker without the id of their producer, so that none is recognised again.</summary>
    DeduplicationOff,

    /// <summary>Files are not cut: a start keeps what it found to be torn.</summary>
    RecoveryKeepsTooMuch,

    /// <summary>Nothing is logged, so that damage is passed over in silence.</summary>
    SilentDamage,

    /// <summary>A device that failed a flush is taken for good again.</summary>
    ForgivenFlush,

    /// <summary>A full device stays full.</summary>
    NoRoomAgain,

    /// <summary>Time runs by the wall clock.</summary>
    WallClockTimers,

    /// <summary>A lock outlives its process.</summary>
    StaleLock,

    /// <summary>Files of deleted topics stay.</summary>
    FilesStay,
}
