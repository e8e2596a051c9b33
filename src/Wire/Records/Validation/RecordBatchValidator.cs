using Compat.Wire.Records.Validation;

namespace Compat.Wire.Records;

/// <summary>
/// Checks a batch before a leader appends it, and makes it what the topic's settings ask for. A batch that fits passes
/// untouched: its records are walked, decompressed piece by piece if need be, but never copied.
/// </summary>
public static class RecordBatchValidator
{
    /// <summary>How many records at fault are listed; a client learns no more from the rest.</summary>
    public const int MaxRecordErrors = 1000;

    /// <summary>Checks a batch, and sets its timestamps and codec.</summary>
    /// <param name="memory">The batch, changed in place where only its header changes.</param>
    /// <param name="rules">What is demanded.</param>
    /// <param name="nowMs">The wall clock, ms since 1970: the append time.</param>
    /// <returns>
    /// An error of: CorruptMessage (not a batch, or a wrong checksum), MessageTooLarge (as it comes, as it is stored, or
    /// inflated), UnsupportedCompressionType, InvalidRecord, InvalidTimestamp. Or the batch to append.
    /// </returns>
    public static RecordBatchVerdict Validate(Memory<byte> memory, in RecordBatchRules rules, long nowMs)
    {
        RecordBatch batch;
        try
        {
            batch = new RecordBatch(memory);
        }
        catch (WireFormatException exception)
        {
            return RecordBatchVerdict.Refused(ErrorCode.CorruptMessage, exception.Message);
        }

        if (RecordBatchHeaderCheck.Check(batch, rules) is { ErrorCode: not ErrorCode.None } refused)
        {
            return refused;
        }

        RecordBatchVerdict verdict = RecordsCheck.Check(batch, rules, nowMs);
        if (verdict.ErrorCode != ErrorCode.None)
        {
            return verdict;
        }

        return RecordBatchRewriter.Rewrite(memory[..batch.SizeInBytes], batch.Header, rules, verdict.MaxTimestamp);
    }
}
