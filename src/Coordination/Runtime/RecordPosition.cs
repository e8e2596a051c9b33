using Compat.Wire.Records;

namespace Compat.Coordination.Runtime;

/// <summary>Where an applied record stands in its log.</summary>
/// <param name="Offset">The record's offset.</param>
/// <param name="ProducerId">The transaction's producer id, or <see cref="RecordBatch.NoProducerId"/> outside of one.</param>
/// <param name="ProducerEpoch">The producer's epoch, or <see cref="RecordBatch.NoProducerEpoch"/>.</param>
internal readonly record struct RecordPosition(long Offset, long ProducerId, short ProducerEpoch)
{
    /// <summary>The position of a record that belongs to no transaction.</summary>
    public static RecordPosition At(long offset) => new(offset, RecordBatch.NoProducerId, RecordBatch.NoProducerEpoch);
}
