namespace Compat.Wire.Records;

/// <summary>
/// One record of a batch of magic 2, a view over the batch's (decompressed) bytes: valid until the enumerator that gave it
/// moves on or is disposed.
/// </summary>
public readonly ref struct Record
{
    /// <summary>The size of the record in the uncompressed batch, its own length field included.</summary>
    public int SizeInBytes { get; internal init; }

    /// <summary>The attributes; none is in use.</summary>
    public byte Attributes { get; internal init; }

    /// <summary>The offset less the batch's base offset.</summary>
    public int OffsetDelta { get; internal init; }

    /// <summary>The offset.</summary>
    public long Offset { get; internal init; }

    /// <summary>
    /// ms since 1970, or -1. With LogAppendTime the append time of the batch, whatever the record itself says.
    /// </summary>
    public long Timestamp { get; internal init; }

    /// <summary>The key; empty also when there is none, see <see cref="IsKeyNull"/>.</summary>
    public ReadOnlySpan<byte> Key { get; internal init; }

    /// <summary>Whether there is no key.</summary>
    public bool IsKeyNull { get; internal init; }

    /// <summary>The value; empty also when there is none, see <see cref="IsValueNull"/>.</summary>
    public ReadOnlySpan<byte> Value { get; internal init; }

    /// <summary>Whether there is no value, which in a compacted topic deletes the key.</summary>
    public bool IsValueNull { get; internal init; }

    /// <summary>The headers (KIP-82).</summary>
    public RecordHeaders Headers { get; internal init; }
}
