namespace Compat.Wire;

/// <summary>Record batches that are somewhere else until an answer is encoded, for example in a segment file.</summary>
public interface IRecordsSource
{
    /// <summary>Bytes that <see cref="CopyTo"/> writes; it does not change.</summary>
    int Size { get; }

    /// <summary>Writes all the bytes into <paramref name="destination"/>, which is exactly <see cref="Size"/> long.</summary>
    void CopyTo(Span<byte> destination);
}

/// <summary>
/// A field of type records: null, a slice of memory, or a source that is read straight into the output when the message is encoded.
/// The default value is null.
/// </summary>
public readonly struct RecordsPayload
{
    private readonly IRecordsSource? _source;
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly bool _isPresent;

    /// <summary>Makes a payload of bytes in memory.</summary>
    public RecordsPayload(ReadOnlyMemory<byte> memory)
    {
        _memory = memory;
        _isPresent = true;
    }

    /// <summary>Makes a payload that is read when it is encoded.</summary>
    public RecordsPayload(IRecordsSource source)
    {
        _source = source;
        _isPresent = true;
    }

    /// <summary>A payload of no bytes, which is not null.</summary>
    public static RecordsPayload Empty => new(ReadOnlyMemory<byte>.Empty);

    /// <summary>True for the null of the protocol.</summary>
    public bool IsNull => !_isPresent;

    /// <summary>Bytes of the payload; 0 for null.</summary>
    public int Size => _source?.Size ?? _memory.Length;

    /// <summary>The source that is read when the message is encoded, or null when the bytes are in memory.</summary>
    public IRecordsSource? Source => _source;

    /// <summary>The bytes. A decoded payload is a slice of its frame; a source is read into a new array.</summary>
    public ReadOnlyMemory<byte> Memory
    {
        get
        {
            if (_source is null)
            {
                return _memory;
            }

            byte[] bytes = new byte[_source.Size];
            _source.CopyTo(bytes);
            return bytes;
        }
    }

    /// <summary>A payload of bytes in memory.</summary>
    public static implicit operator RecordsPayload(ReadOnlyMemory<byte> memory) => new(memory);

    /// <summary>A payload of bytes in memory; null stays null.</summary>
    public static implicit operator RecordsPayload(byte[]? bytes) => bytes is null ? default : new RecordsPayload(bytes.AsMemory());

    /// <summary>Writes the bytes into <paramref name="destination"/>, which is at least <see cref="Size"/> long.</summary>
    public void CopyTo(Span<byte> destination)
    {
        if (_source is null)
        {
            _memory.Span.CopyTo(destination);
        }
        else
        {
            _source.CopyTo(destination[.._source.Size]);
        }
    }
}
