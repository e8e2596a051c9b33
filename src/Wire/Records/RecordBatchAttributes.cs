namespace Compat.Wire.Records;

/// <summary>The bits of a batch's attributes beside its compression (bits 0 to 2). Bits 7 to 15 are unused.</summary>
[Flags]
public enum RecordBatchAttributes : short
{
    /// <summary>No bit set: not compressed, CreateTime, neither transactional nor control.</summary>
    None = 0,

    /// <summary>The bits that hold the <see cref="CompressionType"/>.</summary>
    CompressionMask = 0x07,

    /// <summary>Timestamps are the broker's (<see cref="Records.TimestampType.LogAppendTime"/>).</summary>
    LogAppendTime = 0x08,

    /// <summary>The batch belongs to a transaction (KIP-98).</summary>
    Transactional = 0x10,

    /// <summary>The batch holds control records, which applications never see (KIP-98).</summary>
    Control = 0x20,

    /// <summary>The base timestamp is a delete horizon (KIP-534).</summary>
    DeleteHorizon = 0x40,
}
