using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Server.Producing;

/// <summary>What a Produce request is checked for before its records reach a log.</summary>
internal static class ProduceChecks
{
    private const short FirstWithZstd = 7;

    /// <summary>What is wrong with the records of a partition in a request of this version; null if nothing.</summary>
    public static (ErrorCode Code, string Message)? Check(RecordsPayload records, short apiVersion)
    {
        ReadOnlyMemory<byte> bytes = records.Memory;
        if (bytes.Length < RecordBatch.HeaderSize)
        {
            return (ErrorCode.InvalidRecord, "there must be one record batch a partition");
        }

        RecordBatchHeader header = RecordBatchHeader.Read(bytes.Span);
        if (header.Magic != RecordBatch.CurrentMagic)
        {
            return header.Magic is 0 or 1
                ? (ErrorCode.InvalidRecord, $"record batches must have magic {RecordBatch.CurrentMagic}, not {header.Magic}")
                : (ErrorCode.CorruptMessage, $"{header.Magic} is not the magic of a record batch");
        }

        if (header.SizeInBytes != bytes.Length)
        {
            return (ErrorCode.InvalidRecord, "there must be exactly one record batch a partition");
        }

        if (apiVersion < FirstWithZstd && header.CompressionType == CompressionType.Zstd)
        {
            return (ErrorCode.UnsupportedCompressionType, $"zstd needs Produce v{FirstWithZstd}");
        }

        // No transaction can have been begun, so no partition is part of one.
        return header.IsTransactional
            ? (ErrorCode.InvalidTxnState, "the partition was not added to a transaction")
            : null;
    }
}
