using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Producers;

/// <summary>Whether a producer may append a batch, by the rules of KIP-98, KIP-360 and KIP-890.</summary>
internal static class ProducerCheck
{
    /// <summary>The first transaction version in which every transaction ends with a higher epoch (KIP-890).</summary>
    private const short EpochBumpVersion = 2;

    /// <summary>Checks a batch of records.</summary>
    /// <param name="state">What is known of the producer, or null.</param>
    /// <param name="header">The batch.</param>
    /// <param name="origin">Where it comes from: followers believe their leader, coordinators have no sequence numbers.</param>
    public static ErrorCode CheckData(ProducerState? state, in RecordBatchHeader header, AppendOrigin origin)
    {
        if (origin == AppendOrigin.Replication || state is null)
        {
            return ErrorCode.None;
        }

        if (header.ProducerEpoch < state.Epoch)
        {
            return ErrorCode.InvalidProducerEpoch;
        }

        if (origin == AppendOrigin.Client && !IsInSequence(state, header))
        {
            return ErrorCode.OutOfOrderSequenceNumber;
        }

        return state.IsInTransaction && !header.IsTransactional ? ErrorCode.InvalidTxnState : ErrorCode.None;
    }

    /// <summary>Checks a marker that ends a transaction.</summary>
    /// <param name="state">What is known of the producer, or null.</param>
    /// <param name="header">The batch of the marker.</param>
    /// <param name="coordinatorEpoch">The epoch of the coordinator that wrote it.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="transactionVersion">The version of the transaction protocol; from 2 on the epoch must have grown.</param>
    public static ErrorCode CheckMarker(
        ProducerState? state, in RecordBatchHeader header, int coordinatorEpoch, AppendOrigin origin, short transactionVersion)
    {
        if (origin == AppendOrigin.Replication || state is null)
        {
            return ErrorCode.None;
        }

        if (!IsMarkerEpochValid(state, header.ProducerEpoch, transactionVersion))
        {
            return ErrorCode.InvalidProducerEpoch;
        }

        return state.CoordinatorEpoch > coordinatorEpoch ? ErrorCode.TransactionCoordinatorFenced : ErrorCode.None;
    }

    // A producer of which nothing is known may start anywhere: its records may have been deleted (KIP-360).
    private static bool IsInSequence(ProducerState state, in RecordBatchHeader header)
    {
        if (state.Epoch == RecordBatch.NoProducerEpoch)
        {
            return true;
        }

        if (header.ProducerEpoch != state.Epoch)
        {
            return header.BaseSequence == 0;
        }

        int last = state.LastSequence;
        return header.BaseSequence == last + 1L || (header.BaseSequence == 0 && last == int.MaxValue);
    }

    // A marker of the same epoch outside of a transaction is the retry of one whose answer was lost.
    private static bool IsMarkerEpochValid(ProducerState state, short epoch, short transactionVersion)
    {
        if (transactionVersion < EpochBumpVersion)
        {
            return epoch >= state.Epoch;
        }

        return epoch > state.Epoch
            || (epoch == state.Epoch && (!state.IsInTransaction || epoch == short.MaxValue));
    }
}
