namespace Compat.Wire.Records;

/// <summary>
/// The records of a batch, for <c>foreach</c>. A compressed batch is decompressed once, into a pooled buffer that is given
/// back at the end of the loop; beside that nothing is allocated.
/// </summary>
public readonly struct RecordSequence
{
    private readonly RecordBatch _batch;
    private readonly int _maxDecompressedBytes;

    internal RecordSequence(in RecordBatch batch, int maxDecompressedBytes)
    {
        _batch = batch;
        _maxDecompressedBytes = maxDecompressedBytes;
    }

    /// <summary>Decompresses the batch, if it is compressed, and starts at its first record.</summary>
    /// <exception cref="WireFormatException">The batch cannot be decompressed within the limit.</exception>
    public RecordEnumerator GetEnumerator() => new(_batch, _maxDecompressedBytes);
}
