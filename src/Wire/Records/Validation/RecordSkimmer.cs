using Compat.Wire.Records.Codecs;

namespace Compat.Wire.Records.Validation;

/// <summary>
/// Goes over the records of a batch, checks every length, and passes over keys, values and headers without looking at them.
/// A compressed batch is decompressed piece by piece meanwhile; a record may lie in any number of pieces.
/// </summary>
internal ref partial struct RecordSkimmer
{
    private readonly CodecReader? _source;
    private ReadOnlySpan<byte> _piece;
    private int _position;
    private long _passed;
    private long _end;

    /// <summary>Skims records that are not compressed.</summary>
    internal RecordSkimmer(ReadOnlySpan<byte> records)
    {
        _piece = records;
    }

    /// <summary>Skims records as they are decompressed. The reader stays the caller's.</summary>
    internal RecordSkimmer(CodecReader source)
    {
        _source = source;
    }

    /// <summary>The record's offset less the base offset.</summary>
    internal int OffsetDelta { get; private set; }

    /// <summary>The record's timestamp less the base timestamp.</summary>
    internal long TimestampDelta { get; private set; }

    /// <summary>Whether the record has no key.</summary>
    internal bool IsKeyNull { get; private set; }

    private readonly long Left => _end - _passed - _position;

    /// <summary>Goes over the next record.</summary>
    /// <exception cref="WireFormatException">There is none, or its lengths do not add up.</exception>
    internal void Next()
    {
        if (!TryNextInPiece())
        {
            NextByByte();
        }
    }

    /// <summary>Checks that nothing follows the last record.</summary>
    /// <exception cref="WireFormatException">Something follows.</exception>
    internal void End()
    {
        if (_position < _piece.Length || (_source is not null && !_source.ReadChunk().IsEmpty))
        {
            throw new WireFormatException("A record batch has bytes behind its last record.");
        }
    }

    private static WireFormatException CutOff() => new("A record is cut off, or its fields are longer than it says.");

    private void NextByByte()
    {
        _end = long.MaxValue;
        int size = ReadInt32();
        if (size < RecordParser.MinBodySize)
        {
            throw new WireFormatException($"A record claims a size of {size} bytes.");
        }

        _end = _passed + _position + size;
        ReadByte();
        TimestampDelta = ReadInt64();
        OffsetDelta = ReadInt32();
        IsKeyNull = SkipBytes();
        SkipBytes();
        SkipHeaders();
        if (Left != 0)
        {
            throw Left > 0 ? RecordParser.BytesLeft((int)Left) : CutOff();
        }
    }

    private void SkipHeaders()
    {
        int count = ReadInt32();
        if (count < 0 || count > Left)
        {
            throw RecordParser.BadHeaderCount(count, Left);
        }

        for (int i = 0; i < count; i++)
        {
            if (SkipBytes())
            {
                throw RecordParser.NullHeaderKey();
            }

            SkipBytes();
        }
    }

    /// <summary>Passes over a length and as many bytes; true for the length -1, which is null.</summary>
    private bool SkipBytes()
    {
        int length = ReadInt32();
        if ((uint)length > (ulong)Math.Max(Left, 0))
        {
            return length == -1 ? true : throw RecordParser.BadLength(length, (int)Left);
        }

        while (length > _piece.Length - _position)
        {
            length -= _piece.Length - _position;
            NextPiece();
        }

        _position += length;
        return false;
    }

    private int ReadInt32() => RecordVarint.UnZigZag((uint)ReadLong(RecordVarint.MaxSize32, lastByte: 0x0F));

    private long ReadInt64() => RecordVarint.UnZigZag(ReadLong(RecordVarint.MaxSize64, lastByte: 0x01));

    private ulong ReadLong(int maxSize, byte lastByte)
    {
        ulong value = 0;
        for (int i = 0; i < maxSize; i++)
        {
            byte next = ReadByte();
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return i == maxSize - 1 && next > lastByte ? throw RecordVarint.TooLong(maxSize) : value;
            }
        }

        throw RecordVarint.TooLong(maxSize);
    }

    private byte ReadByte()
    {
        if (_position == _piece.Length)
        {
            NextPiece();
        }

        return _piece[_position++];
    }

    private void NextPiece()
    {
        _passed += _piece.Length;
        _position = 0;
        _piece = _source is null ? default : _source.ReadChunk();
        if (_piece.IsEmpty)
        {
            throw CutOff();
        }
    }
}
