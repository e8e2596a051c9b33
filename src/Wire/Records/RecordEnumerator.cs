namespace Compat.Wire.Records;

/// <summary>Walks the records of one batch. To be disposed, which <c>foreach</c> does.</summary>
public ref struct RecordEnumerator
{
    private readonly RecordBatchHeader _header;
    private readonly PooledBufferWriter? _decompressed;
    private readonly ReadOnlySpan<byte> _records;
    private int _position;
    private int _left;

    internal RecordEnumerator(scoped in RecordBatch batch, int maxDecompressedBytes)
    {
        _header = batch.Header;
        _left = _header.RecordCount;
        if (_left < 0)
        {
            throw new WireFormatException($"A record batch claims {_left} records.");
        }

        if (_header.CompressionType == CompressionType.None || _left == 0)
        {
            _records = batch.Payload.Span;
            return;
        }

        _decompressed = new PooledBufferWriter();
        try
        {
            Compression.Decompress(_header.CompressionType, batch.Payload, _decompressed, maxDecompressedBytes);
        }
        catch
        {
            _decompressed.Dispose();
            throw;
        }

        _records = _decompressed.Written;
    }

    /// <summary>The record at hand, valid until the next <see cref="MoveNext"/>.</summary>
    public Record Current { get; private set; }

    /// <summary>Goes to the next record.</summary>
    /// <exception cref="WireFormatException">
    /// The next record is not one, or the batch has fewer or more records than it claims.
    /// </exception>
    public bool MoveNext()
    {
        if (_left == 0)
        {
            return false;
        }

        Current = RecordParser.Parse(_records, ref _position, _header);
        _left--;
        if (_left == 0 && _position < _records.Length)
        {
            throw BytesBehind();
        }

        return true;
    }

    private readonly WireFormatException BytesBehind() =>
        new($"A record batch has {_records.Length - _position} bytes behind its last record.");

    /// <summary>Gives the buffer of a compressed batch back.</summary>
    public readonly void Dispose() => _decompressed?.Dispose();
}
