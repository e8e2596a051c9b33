using Compat.Wire;

namespace Compat.Coordination.Runtime;

/// <summary>
/// The state machine of one partition of an internal topic. It knows no clock, no log and no thread: time and ids come in
/// with the turn, and what it decides leaves with it. What the log says is changed by <see cref="Apply"/> alone; a decision
/// may besides move what is never logged (who is awaited in a rebalance, which timers run), and all of it goes
/// with the shard when it is dropped.
/// </summary>
internal interface ICoordinatorShard
{
    /// <summary>Reads a logged record; null when its kind is not this shard's business.</summary>
    /// <exception cref="WireFormatException">The record is of a known kind and cannot be read.</exception>
    CoordinatorRecord? Read(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value);

    /// <summary>Takes over what a record says: synchronous, total and deterministic. Loading is nothing but this.</summary>
    void Apply(CoordinatorRecord record, RecordPosition position);

    /// <summary>Ends a transaction whose records were applied before.</summary>
    void ApplyTransactionEnd(long producerId, bool committed);

    /// <summary>Takes up again, once loaded, what the state still owes: deadlines, and work that was decided and not done.</summary>
    void Owed(Turn turn);

    /// <summary>Who was left waiting for an answer by earlier turns; told when the shard is dropped.</summary>
    IEnumerable<Reply> Waiting();
}
