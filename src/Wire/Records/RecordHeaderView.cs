namespace Compat.Wire.Records;

/// <summary>One header of a record, a view over the record's bytes.</summary>
public readonly ref struct RecordHeaderView
{
    internal RecordHeaderView(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isValueNull)
    {
        Key = key;
        Value = value;
        IsValueNull = isValueNull;
    }

    /// <summary>The key, UTF-8.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>The value; empty also when there is none.</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Whether there is no value.</summary>
    public bool IsValueNull { get; }
}
