using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Validation;

/// <summary>What a follower takes of an answer to its fetch.</summary>
/// <param name="Batches">The whole batches, up to one of a later leader epoch.</param>
/// <param name="Problem">Why nothing is taken, or null.</param>
internal readonly record struct FollowerBatches(ReadOnlyMemory<byte> Batches, AppendProblem? Problem)
{
    /// <summary>Checks checksums and that offsets only grow.</summary>
    /// <param name="batches">The records of the answer.</param>
    /// <param name="leaderEpoch">The epoch in which they were fetched.</param>
    public static FollowerBatches Validate(ReadOnlyMemory<byte> batches, int leaderEpoch)
    {
        long lastOffset = -1;
        int taken = 0;
        try
        {
            foreach (RecordBatch batch in new RecordBatches(batches))
            {
                if (batch.PartitionLeaderEpoch > leaderEpoch)
                {
                    break;
                }

                if (!batch.IsCrcValid())
                {
                    return Refused(ErrorCode.CorruptMessage, $"The checksum of the batch at offset {batch.BaseOffset} is wrong.");
                }

                if (batch.BaseOffset <= lastOffset || batch.LastOffsetDelta < 0)
                {
                    return Refused(ErrorCode.CorruptMessage, $"The batch at offset {batch.BaseOffset} follows offset {lastOffset}.");
                }

                lastOffset = batch.LastOffset;
                taken += batch.SizeInBytes;
            }
        }
        catch (WireFormatException exception)
        {
            return Refused(ErrorCode.CorruptMessage, exception.Message);
        }

        return new FollowerBatches(batches[..taken], null);
    }

    private static FollowerBatches Refused(ErrorCode code, string message) => new(default, new AppendProblem(code, message));
}
