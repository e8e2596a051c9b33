namespace Compat.Wire.Records;

/// <summary>
/// One record of a batch of magic 2, a view over the batch's (decompressed) bytes: valid until the enumerator that gave it
/// moves on or is disposed.
/// </summary>
public readonly ref struct Record
{
    private readonly ReadOnlySpan<byte> _body;
    private readonly long _baseOffset;

    internal Record(ReadOnlySpan<byte> body, int sizeInBytes, long baseOffset, int offsetDelta, long timestamp)
    {
        _body = body;
        _baseOffset = baseOffset;
        SizeInBytes = sizeInBytes;
        OffsetDelta = offsetDelta;
        Timestamp = timestamp;
    }

    /// <summary>The size of the record in the uncompressed batch, its own length field included.</summary>
    public int SizeInBytes { get; }

    /// <summary>The attributes; none is in use.</summary>
    public byte Attributes => _body[0];

    /// <summary>The offset less the batch's base offset.</summary>
    public int OffsetDelta { get; }

    /// <summary>The offset.</summary>
    public long Offset => _baseOffset + OffsetDelta;

    /// <summary>
    /// ms since 1970, or -1. With LogAppendTime the append time of the batch, whatever the record itself says.
    /// </summary>
    public long Timestamp { get; }

    /// <summary>The key; empty also when there is none, see <see cref="IsKeyNull"/>.</summary>
    public ReadOnlySpan<byte> Key => Slice(KeyBounds);

    /// <summary>Whether there is no key.</summary>
    public bool IsKeyNull => KeyBounds.Length < 0;

    /// <summary>The value; empty also when there is none, see <see cref="IsValueNull"/>.</summary>
    public ReadOnlySpan<byte> Value => Slice(ValueBounds);

    /// <summary>Whether there is no value, which in a compacted topic deletes the key.</summary>
    public bool IsValueNull => ValueBounds.Length < 0;

    /// <summary>The headers (KIP-82).</summary>
    public RecordHeaders Headers => new(HeaderBounds.Count, _body[HeaderBounds.Start..]);

    /// <summary>The length of the key, -1 for null, and where it ends in the body.</summary>
    internal (int Length, int End) KeyBounds { get; init; }

    /// <summary>The length of the value, -1 for null, and where it ends in the body.</summary>
    internal (int Length, int End) ValueBounds { get; init; }

    /// <summary>How many headers there are, and where the first starts in the body.</summary>
    internal (int Count, int Start) HeaderBounds { get; init; }

    private ReadOnlySpan<byte> Slice((int Length, int End) bounds) =>
        bounds.Length <= 0 ? default : _body.Slice(bounds.End - bounds.Length, bounds.Length);
}
