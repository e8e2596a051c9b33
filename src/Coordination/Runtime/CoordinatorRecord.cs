using Compat.Wire;

namespace Compat.Coordination.Runtime;

/// <summary>
/// One record of an internal topic, typed: what a shard decides and what it applies. On disk the key is the record's kind
/// as an int16 and the key message, the value the message's version as an int16 and the message.
/// </summary>
internal abstract class CoordinatorRecord
{
    /// <summary>True when the value is null, which deletes what the key names.</summary>
    public abstract bool IsTombstone { get; }

    /// <summary>Writes the key with its kind in front.</summary>
    public abstract void WriteKey(ref WireWriter writer);

    /// <summary>Writes the value with its version in front; not called for a tombstone.</summary>
    public abstract void WriteValue(ref WireWriter writer);
}
