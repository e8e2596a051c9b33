using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Server.Producing;

/// <summary>What a Produce request is checked for before its records reach a log.</summary>
internal static class ProduceChecks
{
    /// <summary>Finds the one batch among the records of a partition, and says what is wrong with it.</summary>
    public static ErrorCode Check(ReadOnlyMemory<byte> records, short apiVersion, out ReadOnlyMemory<byte> batch, out string? message)
    {
        ErrorCode code = ProducedRecords.Check(records.Span, apiVersion, out int size, out message);
        batch = records[..(code == ErrorCode.None ? size : 0)];
        if (code == ErrorCode.None && RecordBatchHeader.Read(batch.Span).IsTransactional)
        {
            // No transaction can have been begun, so no partition is part of one.
            message = "The partition was not added to a transaction.";
            return ErrorCode.InvalidTxnState;
        }

        return code;
    }
}
