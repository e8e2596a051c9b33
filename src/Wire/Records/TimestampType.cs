namespace Compat.Wire.Records;

/// <summary>Who set the timestamps of a batch: bit 3 of the batch's attributes (KIP-32).</summary>
public enum TimestampType
{
    /// <summary>The producer; each record has its own.</summary>
    CreateTime = 0,

    /// <summary>The broker; every record has the batch's maximum timestamp.</summary>
    LogAppendTime = 1,
}
