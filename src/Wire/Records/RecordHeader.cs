namespace Compat.Wire.Records;

/// <summary>A header to be written with a record (KIP-82).</summary>
/// <param name="Key">The key; may be empty, may repeat.</param>
/// <param name="Value">The value, or null.</param>
public readonly record struct RecordHeader(string Key, ReadOnlyMemory<byte>? Value);
