using Compat.Log.Segments;

namespace Compat.Log.Cleaning;

/// <summary>What becomes of a batch, before its records are looked at.</summary>
/// <param name="DropsRecords">All its records go.</param>
/// <param name="KeepsEmpty">The batch stays even when no record of it does: what its header says is still needed.</param>
/// <param name="IsMarkerOfNothing">It is a marker of whose transaction nothing is left: its time to go begins to run.</param>
/// <param name="Aborted">The transaction that it aborts, which the transaction index has to go on naming.</param>
internal readonly record struct RetentionDecision(
    bool DropsRecords, bool KeepsEmpty, bool IsMarkerOfNothing, AbortedTransaction? Aborted);
