using Compat.Log.Producers;

namespace Compat.Log;

/// <summary>What a partition knows of a producer, as DescribeProducers answers it.</summary>
/// <param name="ProducerId">The producer id.</param>
/// <param name="ProducerEpoch">Its latest epoch.</param>
/// <param name="LastSequence">The sequence number of its last record, -1 when it is not known.</param>
/// <param name="LastTimestamp">The greatest timestamp of its last batch or marker, ms.</param>
/// <param name="CoordinatorEpoch">The epoch of the coordinator that wrote its last marker, -1 before one.</param>
/// <param name="TransactionStartOffset">The first offset of its open transaction, or -1.</param>
public readonly record struct ProducerDescription(
    long ProducerId,
    short ProducerEpoch,
    int LastSequence,
    long LastTimestamp,
    int CoordinatorEpoch,
    long TransactionStartOffset)
{
    internal static ProducerDescription Of(ProducerState state) => new(
        state.ProducerId, state.Epoch, state.LastSequence, state.LastTimestamp, state.CoordinatorEpoch, state.TransactionFirstOffset);
}
