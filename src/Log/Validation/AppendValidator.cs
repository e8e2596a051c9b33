using Compat.Log.Configuration;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Log.Validation;

/// <summary>
/// Checks what is to be appended as the leader, and makes of it what the topic's settings want: another codec, or the
/// broker's own time. Offsets are assigned later, under the log's lock; this runs before.
/// </summary>
internal struct AppendValidator(LogConfig config, long nowMs, AppendOrigin origin, int leaderEpoch, int maxDecompressedBytes)
{
    /// <summary>The batches to append: those given, or one that was compressed anew.</summary>
    public Memory<byte> Batches { get; private set; }

    /// <summary>The time that was set in the batches, ms, or -1 when they keep their own.</summary>
    public readonly long LogAppendTimeMs =>
        config.MessageTimestampType == MessageTimestampType.LogAppendTime && origin != AppendOrigin.RaftLeader
            ? nowMs
            : RecordBatch.NoTimestamp;

    /// <summary>Checks everything that can be said without knowing the log; null when nothing is wrong.</summary>
    public AppendProblem? Validate(Memory<byte> batches)
    {
        Batches = batches;
        if (batches.IsEmpty)
        {
            return new AppendProblem(ErrorCode.InvalidRecord, "There is no record batch.");
        }

        return origin switch
        {
            AppendOrigin.Client => ValidateFromClient(batches),
            AppendOrigin.RaftLeader => ValidateFromRaftLeader(batches),
            _ => ValidateFromCoordinator(batches),
        };
    }

    private AppendProblem? ValidateFromClient(Memory<byte> batch)
    {
        RecordBatchVerdict verdict = RecordBatchValidator.Validate(batch, TopicRules.ForClients(config, maxDecompressedBytes), nowMs);
        if (verdict.ErrorCode != ErrorCode.None)
        {
            return ProblemOf(verdict);
        }

        if (RecordBatch.TryReadSize(batch.Span, out int size) && size != batch.Length)
        {
            return new AppendProblem(ErrorCode.InvalidRecord, "A producer sends one batch for a partition at a time.");
        }

        Batches = verdict.Batch;
        return null;
    }

    private readonly AppendProblem? ValidateFromCoordinator(Memory<byte> batches)
    {
        RecordBatchRules rules = TopicRules.ForCoordinators(config, maxDecompressedBytes);
        while (!batches.IsEmpty)
        {
            RecordBatchVerdict verdict = RecordBatchValidator.Validate(batches, rules, nowMs);
            if (verdict.ErrorCode != ErrorCode.None)
            {
                return ProblemOf(verdict);
            }

            batches = batches[verdict.Batch.Length..];
        }

        return null;
    }

    // The quorum numbers and dates its batches itself and appends what it has just built; only their frames and epochs are looked at.
    private readonly AppendProblem? ValidateFromRaftLeader(Memory<byte> batches)
    {
        try
        {
            while (!batches.IsEmpty)
            {
                RecordBatch batch = new(batches);
                if (batch.PartitionLeaderEpoch != leaderEpoch)
                {
                    return new AppendProblem(
                        ErrorCode.InvalidRecord, $"A batch has the epoch {batch.PartitionLeaderEpoch}, the leader {leaderEpoch}.");
                }

                batches = batches[batch.SizeInBytes..];
            }

            return null;
        }
        catch (WireFormatException exception)
        {
            return new AppendProblem(ErrorCode.CorruptMessage, exception.Message);
        }
    }

    private static AppendProblem ProblemOf(in RecordBatchVerdict verdict) =>
        new(verdict.ErrorCode, verdict.ErrorMessage ?? ErrorCodes.Message(verdict.ErrorCode), verdict.RecordErrors);
}
