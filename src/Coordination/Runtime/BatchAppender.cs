using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Coordination.Runtime;

/// <summary>Makes batches of decided records, one if they fit, and appends them.</summary>
internal sealed class BatchAppender(CompressionType compression)
{
    /// <summary>What a batch of one record is larger than the record's key and value, at most.</summary>
    public const int MaxOverheadBytes = RecordBatch.HeaderSize + MaxRecordOverheadBytes;

    // Length, attributes, timestamp and offset delta, key and value length, number of headers.
    private const int MaxRecordOverheadBytes = 5 + 1 + 10 + 5 + 5 + 5 + 1;

    private readonly Compression _compression = Compression.Of(compression);

    /// <summary>Appends the records of <paramref name="records"/>.</summary>
    /// <param name="log">The log.</param>
    /// <param name="records">The records, at least one; none larger than a batch may be.</param>
    /// <param name="timestampMs">The records' timestamp, milliseconds since 1970.</param>
    /// <param name="firstOffset">The offset the log gave the first record.</param>
    public ErrorCode Append(ICoordinatorLog log, TurnRecords records, long timestampMs, out long firstOffset)
    {
        firstOffset = -1;
        using var builder = new RecordBatchBuilder { Compression = _compression };
        for (int next = 0; next < records.Count;)
        {
            builder.Clear();
            do
            {
                builder.Append(timestampMs, records.Key(next), records.Value(next));
                next++;
            }
            while (next < records.Count && builder.UncompressedSize + records.SizeOf(next) + MaxRecordOverheadBytes <= log.MaxBatchBytes);

            (ErrorCode error, long offset) = log.Append(builder.Build());
            if (error != ErrorCode.None)
            {
                return error;
            }

            firstOffset = firstOffset < 0 ? offset : firstOffset;
        }

        return ErrorCode.None;
    }
}
