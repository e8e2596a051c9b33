using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Compat.Wire;

/// <summary>
/// Reads the protocol's primitive types from one frame. Everything is checked against the bytes that are left before
/// it is taken or allocated, and every failure is a <see cref="WireFormatException"/>. Byte and record fields are slices of the frame.
/// </summary>
public ref partial struct WireReader
{
    /// <summary>
    /// What decoding one frame may allocate beyond twice the frame's size. A frame of very many very small elements
    /// takes more memory as objects than as bytes; this is the room for those that are honest.
    /// </summary>
    public const int AllocationAllowance = 4 << 20;

    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _span;
    private int _position;
    private long _allocationLeft;

    /// <summary>Starts reading at the first byte of <paramref name="frame"/>; decoding may allocate twice its size and <see cref="AllocationAllowance"/>.</summary>
    public WireReader(ReadOnlyMemory<byte> frame)
        : this(frame, (2L * frame.Length) + AllocationAllowance)
    {
    }

    /// <summary>Starts reading at the first byte of <paramref name="frame"/>.</summary>
    /// <param name="frame">The bytes to read. Decoded byte and record fields keep slices of it.</param>
    /// <param name="allocationLimit">Bytes that decoding may allocate; <see cref="long.MaxValue"/> for a peer that is trusted.</param>
    public WireReader(ReadOnlyMemory<byte> frame, long allocationLimit)
    {
        _memory = frame;
        _span = frame.Span;
        _allocationLeft = allocationLimit;
    }

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _position;

    /// <summary>Bytes not yet read.</summary>
    public readonly int Remaining => _span.Length - _position;

    /// <summary>True when every byte was read. A request with bytes left over is malformed.</summary>
    public readonly bool IsAtEnd => _position == _span.Length;

    /// <summary>Reads an int8.</summary>
    public sbyte ReadInt8() => (sbyte)Take(1)[0];

    /// <summary>Reads a bool: any byte but 0 is true.</summary>
    public bool ReadBoolean() => Take(1)[0] != 0;

    /// <summary>Reads an int16.</summary>
    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    /// <summary>Reads a uint16.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    /// <summary>Reads an int32.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    /// <summary>Reads a uint32.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>Reads an int64.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    /// <summary>Reads a float64.</summary>
    public double ReadFloat64() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>Reads a uuid.</summary>
    public Uuid ReadUuid() => Uuid.Read(Take(Uuid.Size));

    /// <summary>Reads an unsigned varint of at most five bytes.</summary>
    public uint ReadUnsignedVarint()
    {
        // Nearly all lengths and tag counts are one byte.
        if (_position < _span.Length && _span[_position] < 0x80)
        {
            return _span[_position++];
        }

        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (uint)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new WireFormatException("A varint is longer than five bytes.");
    }

    /// <summary>Reads a zigzag varint of at most five bytes.</summary>
    public int ReadVarint()
    {
        uint value = ReadUnsignedVarint();
        return (int)(value >> 1) ^ -(int)(value & 1);
    }

    /// <summary>Reads a zigzag varlong of at most ten bytes.</summary>
    public long ReadVarlong()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }

        throw new WireFormatException("A varlong is longer than ten bytes.");
    }

    /// <summary>Takes the next <paramref name="count"/> bytes as a slice of the frame.</summary>
    public ReadOnlyMemory<byte> ReadSlice(int count)
    {
        Take(count);
        return _memory.Slice(_position - count, count);
    }

    /// <summary>Passes over the next <paramref name="count"/> bytes.</summary>
    public void Skip(int count) => Take(count);

    /// <summary>The bytes not yet read, without reading them.</summary>
    public readonly ReadOnlyMemory<byte> PeekRemaining() => _memory[_position..];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(int count)
    {
        int start = _position;
        if ((uint)count > (uint)(_span.Length - start))
        {
            ThrowTooShort(count);
        }

        _position = start + count;
        return _span.Slice(start, count);
    }

    private readonly void ThrowTooShort(int count) =>
        throw new WireFormatException($"{count} bytes are wanted at position {_position}, and {Remaining} are left.");

    private void Charge(long bytes)
    {
        _allocationLeft -= bytes;
        if (_allocationLeft < 0)
        {
            throw new WireFormatException($"The frame of {_span.Length} bytes holds more elements than may be allocated for it.");
        }
    }
}
