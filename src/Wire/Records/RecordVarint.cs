using System.Numerics;
using System.Runtime.CompilerServices;

namespace Compat.Wire.Records;

/// <summary>
/// The variable-length integers inside records: zigzag, then seven bits a byte, lowest first. A value has the same bytes
/// whether it is written as 32 or as 64 bits.
/// </summary>
internal static class RecordVarint
{
    internal const int MaxSize32 = 5;
    internal const int MaxSize64 = 10;

    internal static int SizeOf(long value) => ((BitOperations.Log2(ZigZag(value) | 1) * 37) >> 8) + 1;

    internal static int Write(Span<byte> destination, long value)
    {
        ulong rest = ZigZag(value);
        int size = 0;
        while (rest > 0x7F)
        {
            destination[size++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        destination[size++] = (byte)rest;
        return size;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Read32(ReadOnlySpan<byte> source, scoped ref int position)
    {
        if ((uint)position < (uint)source.Length && source[position] < 0x80)
        {
            return UnZigZag((uint)source[position++]);
        }

        return UnZigZag((uint)ReadLong(source, ref position, MaxSize32, lastByte: 0x0F));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long Read64(ReadOnlySpan<byte> source, scoped ref int position)
    {
        if ((uint)position < (uint)source.Length && source[position] < 0x80)
        {
            return UnZigZag((ulong)source[position++]);
        }

        return UnZigZag(ReadLong(source, ref position, MaxSize64, lastByte: 0x01));
    }

    internal static int UnZigZag(uint value) => (int)(value >> 1) ^ -(int)(value & 1);

    internal static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>The exception for a number that no writer writes.</summary>
    internal static WireFormatException TooLong(int maxSize) => new($"A varint does not fit {maxSize} bytes.");

    private static WireFormatException CutOff() => new("A varint is cut off.");

    private static ulong ZigZag(long value) => (ulong)(value << 1) ^ (ulong)(value >> 63);

    private static ulong ReadLong(ReadOnlySpan<byte> source, scoped ref int position, int maxSize, byte lastByte)
    {
        ulong value = 0;
        for (int i = 0; i < maxSize; i++)
        {
            if ((uint)position >= (uint)source.Length)
            {
                throw CutOff();
            }

            byte next = source[position++];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                return i == maxSize - 1 && next > lastByte ? throw TooLong(maxSize) : value;
            }
        }

        throw TooLong(maxSize);
    }
}
