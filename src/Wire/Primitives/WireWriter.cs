using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Compat.Wire;

/// <summary>
/// Writes the protocol's primitive types into an <see cref="IBufferWriter{T}"/>. What it wrote belongs to the output after
/// <see cref="Flush"/>. A tagged field's size is put in front of it once it is written, so no message is measured first.
/// </summary>
public ref partial struct WireWriter
{
    private const int ChunkSize = 512;

    private readonly IBufferWriter<byte> _output;
    private Span<byte> _span;
    private int _position;
    private long _flushed;
    private byte[]? _scratch;
    private int _openSizes;

    /// <summary>Starts writing behind what <paramref name="output"/> holds.</summary>
    public WireWriter(IBufferWriter<byte> output)
    {
        _output = output;
    }

    /// <summary>Bytes written so far.</summary>
    public readonly long BytesWritten => _flushed + _position;

    /// <summary>Writes an int8.</summary>
    public void WriteInt8(sbyte value) => Reserve(1)[0] = (byte)value;

    /// <summary>Writes a bool as 1 or 0.</summary>
    public void WriteBoolean(bool value) => Reserve(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>Writes an int16.</summary>
    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Reserve(2), value);

    /// <summary>Writes a uint16.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Reserve(2), value);

    /// <summary>Writes an int32.</summary>
    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Reserve(4), value);

    /// <summary>Writes a uint32.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(4), value);

    /// <summary>Writes an int64.</summary>
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(Reserve(8), value);

    /// <summary>Writes a float64.</summary>
    public void WriteFloat64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Reserve(8), value);

    /// <summary>Writes a uuid.</summary>
    public void WriteUuid(Uuid value) => value.Write(Reserve(Uuid.Size));

    /// <summary>Writes an unsigned varint of one to five bytes.</summary>
    public void WriteUnsignedVarint(uint value)
    {
        while (value >= 0x80)
        {
            Reserve(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }

        Reserve(1)[0] = (byte)value;
    }

    /// <summary>Writes a zigzag varint of one to five bytes.</summary>
    public void WriteVarint(int value) => WriteUnsignedVarint((uint)((value << 1) ^ (value >> 31)));

    /// <summary>Writes a zigzag varlong of one to ten bytes.</summary>
    public void WriteVarlong(long value)
    {
        ulong rest = (ulong)((value << 1) ^ (value >> 63));
        while (rest >= 0x80)
        {
            Reserve(1)[0] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        Reserve(1)[0] = (byte)rest;
    }

    /// <summary>Writes bytes as they are.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Hands everything written to the output. Call it once, at the end; the writer may be used on.</summary>
    public void Flush()
    {
        if (_scratch is null)
        {
            _output.Advance(_position);
        }
        else
        {
            _output.Write(_span[.._position]);
            ArrayPool<byte>.Shared.Return(_scratch);
            _scratch = null;
        }

        _flushed += _position;
        _position = 0;
        _span = default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int count)
    {
        int start = _position;
        if (_span.Length - start < count)
        {
            Grow(count);
            start = _position;
        }

        _position = start + count;
        return _span.Slice(start, count);
    }

    private void Grow(int count)
    {
        if (_openSizes == 0)
        {
            Flush();
            _span = _output.GetSpan(Math.Max(count, ChunkSize));
            return;
        }

        // A size that is still open must stay within reach, so the bytes not yet handed over move on together.
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_position + count, 2 * _span.Length));
        _span[.._position].CopyTo(larger);
        if (_scratch is not null)
        {
            ArrayPool<byte>.Shared.Return(_scratch);
        }

        _scratch = larger;
        _span = larger;
    }
}
