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

    /// <summary>A full device stays full.</summary>
    NoRoomAgain,
}
