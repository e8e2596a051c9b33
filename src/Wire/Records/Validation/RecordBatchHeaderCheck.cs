namespace Compat.Wire.Records.Validation;

/// <summary>The checks that need no more than the header and the checksum, in Kafka's order.</summary>
internal static class RecordBatchHeaderCheck
{
    internal static RecordBatchVerdict Check(in RecordBatch batch, in RecordBatchRules rules)
    {
        RecordBatchHeader header = batch.Header;
        if (rules.IsFromClient && header.BaseOffset != 0)
        {
            return Invalid($"The base offset of a batch from a client is {header.BaseOffset}, not 0.");
        }

        if (batch.SizeInBytes > rules.MaxMessageBytes)
        {
            return TooLarge(batch.SizeInBytes, rules.MaxMessageBytes);
        }

        if (!batch.IsCrcValid())
        {
            return RecordBatchVerdict.Refused(ErrorCode.CorruptMessage, "The checksum of the batch is not that of its bytes.");
        }

        if (header.CompressionType > CompressionType.Zstd)
        {
            return RecordBatchVerdict.Refused(
                ErrorCode.UnsupportedCompressionType, $"There is no compression type {(int)header.CompressionType}.");
        }

        return rules.IsFromClient ? CheckClient(header) : default;
    }

    internal static RecordBatchVerdict TooLarge(long size, int max) => RecordBatchVerdict.Refused(
        ErrorCode.MessageTooLarge, $"The batch has {size} bytes, more than the {max} of max.message.bytes.");

    private static RecordBatchVerdict CheckClient(in RecordBatchHeader header)
    {
        if (header.RecordCount <= 0 || header.LastOffsetDelta != header.RecordCount - 1)
        {
            return Invalid($"The batch claims {header.RecordCount} records, but its last offset delta is {header.LastOffsetDelta}.");
        }

        if (header.IsControl)
        {
            return Invalid("Clients may not write control records.");
        }

        return header.HasProducerId && header.BaseSequence < 0
            ? Invalid($"The batch of producer {header.ProducerId} has sequence number {header.BaseSequence}.")
            : default;
    }

    private static RecordBatchVerdict Invalid(string message) => RecordBatchVerdict.Refused(ErrorCode.InvalidRecord, message);
}
