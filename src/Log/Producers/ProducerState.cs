using System.Runtime.CompilerServices;
using Compat.Wire.Records;

namespace Compat.Log.Producers;

/// <summary>
/// What one partition knows of one producer id: its epoch, its last five batches, and its transaction if one is open.
/// </summary>
internal sealed class ProducerState(long producerId)
{
    /// <summary>A producer has at most five requests under way (KIP-98), so a retry is one of the last five batches.</summary>
    public const int BatchesRetained = 5;

    public const long NoOffset = -1;

    private BatchRing _batches;
    private byte _oldest;
    private byte _count;

    public long ProducerId => producerId;

    /// <summary>The latest epoch seen; no epoch when nothing but the id is known.</summary>
    public short Epoch { get; private set; } = RecordBatch.NoProducerEpoch;

    /// <summary>The epoch of the transaction coordinator that wrote the last marker, -1 before one.</summary>
    public int CoordinatorEpoch { get; private set; } = -1;

    /// <summary>The greatest timestamp of the last batch or marker, ms.</summary>
    public long LastTimestamp { get; private set; } = RecordBatch.NoTimestamp;

    /// <summary>The first offset of the open transaction, or <see cref="NoOffset"/>.</summary>
    public long TransactionFirstOffset { get; private set; } = NoOffset;

    public bool HasBatches => _count > 0;

    /// <summary>How many batches are remembered.</summary>
    public int BatchCount => _count;

    public bool IsInTransaction => TransactionFirstOffset != NoOffset;

    public ProducerBatch? LastBatch => _count == 0 ? null : Batch(_count - 1);

    public int LastSequence => LastBatch?.LastSequence ?? RecordBatch.NoSequence;

    public long LastOffset => LastBatch?.LastOffset ?? NoOffset;

    /// <summary>A batch that is remembered; the oldest has the index 0.</summary>
    public ProducerBatch Batch(int index) => _batches[(_oldest + index) % BatchesRetained];

    /// <summary>Takes over what an entry of a snapshot says, which is one batch, after the entries before it.</summary>
    public static ProducerState FromSnapshot(
        long producerId, short epoch, int coordinatorEpoch, long transactionFirstOffset, ProducerBatch last, ProducerState? earlier = null)
    {
        ProducerState state = new(producerId)
        {
            Epoch = epoch,
            CoordinatorEpoch = coordinatorEpoch,
            LastTimestamp = last.Timestamp,
            TransactionFirstOffset = transactionFirstOffset,
        };
        for (int index = 0; earlier?.Epoch == epoch && index < earlier.BatchCount; index++)
        {
            state.Remember(earlier.Batch(index));
        }

        if (last.LastOffset >= 0)
        {
            state.Remember(last);
        }

        return state;
    }

    /// <summary>The remembered batch of exactly these sequence numbers, if the epoch is the current one.</summary>
    public bool TryFindDuplicate(short epoch, int firstSequence, int lastSequence, out ProducerBatch duplicate)
    {
        duplicate = default;
        for (int index = 0; epoch == Epoch && index < _count; index++)
        {
            duplicate = Batch(index);
            if (duplicate.FirstSequence == firstSequence && duplicate.LastSequence == lastSequence)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds a data batch that was appended.</summary>
    public void Add(short epoch, ProducerBatch batch)
    {
        SetEpoch(epoch);
        Remember(batch);
        LastTimestamp = batch.Timestamp;
    }

    public void BeginTransaction(long firstOffset) => TransactionFirstOffset = firstOffset;

    /// <summary>Adds a marker that was appended: no transaction is open any more.</summary>
    public void EndTransaction(short epoch, int coordinatorEpoch, long timestamp)
    {
        SetEpoch(epoch);
        CoordinatorEpoch = coordinatorEpoch;
        LastTimestamp = timestamp;
        TransactionFirstOffset = NoOffset;
    }

    private void SetEpoch(short epoch)
    {
        if (epoch != Epoch)
        {
            // Sequence numbers of a new epoch begin at 0, so the old ones mean nothing.
            _count = 0;
            Epoch = epoch;
        }
    }

    private void Remember(ProducerBatch batch)
    {
        if (_count == BatchesRetained)
        {
            _oldest = (byte)((_oldest + 1) % BatchesRetained);
            _count--;
        }

        _batches[(_oldest + _count) % BatchesRetained] = batch;
        _count++;
    }

    [InlineArray(BatchesRetained)]
    private struct BatchRing
    {
        private ProducerBatch _first;
    }
}
