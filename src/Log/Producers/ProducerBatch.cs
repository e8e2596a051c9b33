using Compat.Wire.Records;

namespace Compat.Log.Producers;

/// <summary>What is remembered of a batch of an idempotent producer, so that a retry gets the same answer.</summary>
/// <param name="LastSequence">The sequence number of its last record.</param>
/// <param name="LastOffset">The offset of its last record.</param>
/// <param name="OffsetDelta">Its last offset less its first, which is the same for the sequence numbers.</param>
/// <param name="Timestamp">Its greatest timestamp, ms.</param>
public readonly record struct ProducerBatch(int LastSequence, long LastOffset, int OffsetDelta, long Timestamp)
{
    /// <summary>The sequence number of its first record; they wrap from 2^31-1 to 0.</summary>
    public int FirstSequence => RecordBatch.DecrementSequence(LastSequence, OffsetDelta);

    /// <summary>The offset of its first record.</summary>
    public long FirstOffset => LastOffset - OffsetDelta;
}
