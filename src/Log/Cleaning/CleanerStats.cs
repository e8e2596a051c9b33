namespace Compat.Log.Cleaning;

/// <summary>What one cleaning of one log has done.</summary>
public sealed class CleanerStats
{
    /// <summary>Bytes of records read to learn the latest offset of each key.</summary>
    public long MapBytesRead { get; internal set; }

    /// <summary>Bytes of records read to copy what stays.</summary>
    public long BytesRead { get; internal set; }

    /// <summary>Bytes of records that stay.</summary>
    public long BytesWritten { get; internal set; }

    /// <summary>Records read, without those of batches that went as a whole.</summary>
    public long RecordsRead { get; internal set; }

    /// <summary>Records that stay.</summary>
    public long RecordsWritten { get; internal set; }

    /// <summary>Records that went because they have no key.</summary>
    public long KeylessRecords { get; internal set; }

    /// <summary>The share of the memory for keys that was in use, 0 to 1.</summary>
    public double BufferUtilization { get; internal set; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; internal set; }
}
