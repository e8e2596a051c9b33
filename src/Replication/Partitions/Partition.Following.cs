using Compat.Log.Epochs;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Replication.Partitions;

/// <summary>
/// What a follower does by its leader's answers. Everything is refused with NOT_LEADER_OR_FOLLOWER when this broker does
/// not follow in the leader epoch that the answer belongs to any more.
/// </summary>
public sealed partial class Partition
{
    /// <summary>
    /// Appends what a leader answered, as it is, and takes its high watermark and log start over. OFFSET_OUT_OF_RANGE if it
    /// begins below the end of this log, CORRUPT_MESSAGE if it is damaged.
    /// </summary>
    /// <param name="leaderEpoch">The epoch that was fetched in.</param>
    /// <param name="data">The answer, without an error and without a divergence.</param>
    public ErrorCode AppendAsFollower(int leaderEpoch, FetchResponse.PartitionData data)
    {
        using (BeginWork())
        {
            if (!Follows(leaderEpoch))
            {
                return ErrorCode.NotLeaderOrFollower;
            }
            if (data.Records.Size > 0 && Append(data.Records.Memory, leaderEpoch) is not ErrorCode.None and var code)
            {
                return code;
            }
            Log.AdvanceHighWatermark(data.HighWatermark);
            if (data.LogStartOffset > Log.LogStartOffset)
            {
                Log.DeleteRecordsBefore(Math.Min(data.LogStartOffset, Log.HighWatermark));
            }
        }
        _waiters.Notify(this);
        return ErrorCode.None;
    }

    /// <summary>
    /// Removes the records that the leader does not have. Its answer names the greatest epoch not above ours that it knows,
    /// and where that ends there; the logs agree up to the smaller end of the two. Where this log does not know that epoch,
    /// the end of the greatest one below it is a step on the way, and the next fetch asks again (KIP-279).
    /// </summary>
    /// <param name="leaderEpoch">The epoch that was fetched in.</param>
    /// <param name="diverging">The leader's answer.</param>
    /// <exception cref="IOException">The device fails.</exception>
    public ErrorCode TruncateToDivergence(int leaderEpoch, EpochEndOffset diverging)
    {
        using (BeginWork())
        {
            if (!Follows(leaderEpoch))
            {
                return ErrorCode.NotLeaderOrFollower;
            }
            EpochEndOffset own = Log.EndOffsetForEpoch(diverging.Epoch);
            long end = own.Epoch == diverging.Epoch ? Math.Min(own.EndOffset, diverging.EndOffset)
                : own.Epoch < 0 ? diverging.EndOffset : own.EndOffset;
            Log.TruncateTo(Math.Min(end, Log.LogEndOffset));
            return ErrorCode.None;
        }
    }

    /// <summary>
    /// Goes on where the leader's log is, after it said that our offset is out of its range: behind its end after an unclean
    /// election, or before its start after a long absence.
    /// </summary>
    /// <param name="leaderEpoch">The epoch that was fetched in.</param>
    /// <param name="leaderStartOffset">Where the leader's log starts.</param>
    /// <param name="leaderEndOffset">Where it ends.</param>
    /// <exception cref="IOException">The device fails.</exception>
    public ErrorCode ResetToLeader(int leaderEpoch, long leaderStartOffset, long leaderEndOffset)
    {
        using (BeginWork())
        {
            if (!Follows(leaderEpoch))
            {
                return ErrorCode.NotLeaderOrFollower;
            }
            if (leaderEndOffset < Log.LogEndOffset)
            {
                Log.TruncateTo(leaderEndOffset);
            }
            else if (leaderStartOffset > Log.LogEndOffset)
            {
                Log.TruncateFullyAndStartAt(leaderStartOffset);
            }
            return ErrorCode.None;
        }
    }

    private ErrorCode Append(ReadOnlyMemory<byte> batches, int leaderEpoch)
    {
        ErrorCode code = Log.AppendAsFollower(batches, leaderEpoch).ErrorCode;
        if (code != ErrorCode.OffsetOutOfRange || Log.LogStartOffset != Log.LogEndOffset)
        {
            return code;
        }
        // The leader's log may start within a batch, because records were deleted: an empty log begins with the whole of it.
        var first = new RecordBatch(batches);
        if (first.BaseOffset >= Log.LogEndOffset || first.LastOffset < Log.LogEndOffset)
        {
            return code;
        }
        Log.TruncateFullyAndStartAt(first.BaseOffset);
        return Log.AppendAsFollower(batches, leaderEpoch).ErrorCode;
    }

    private bool Follows(int leaderEpoch) =>
        _role is FollowerRole role && !_isDeleted && role.Registration.LeaderEpoch == leaderEpoch && role.Registration.Leader != _environment.BrokerId;
}
