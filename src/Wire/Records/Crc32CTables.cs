using System.Buffers.Binary;

namespace Compat.Wire.Records;

/// <summary>
/// The arithmetic of CRC-32C without the instruction: eight bytes a step by tables, and the shift of a checksum over a
/// fixed number of zero bytes, which is what joins checksums of adjacent ranges.
/// </summary>
internal static class Crc32CTables
{
    // 0x1EDC6F41, bit-reflected.
    private const uint Polynomial = 0x82F63B78;
    private const uint One = 0x80000000;

    // Eight tables of 256: table k advances a byte over k further bytes.
    private static readonly uint[] Slices = BuildSlices();

    /// <summary>Advances the raw (inverted) state over <paramref name="data"/>.</summary>
    internal static uint Append(uint state, ReadOnlySpan<byte> data)
    {
        uint[] slices = Slices;
        while (data.Length >= 8)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ state;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            state = slices[0x700 + (byte)low] ^ slices[0x600 + (byte)(low >> 8)]
                ^ slices[0x500 + (byte)(low >> 16)] ^ slices[0x400 + (int)(low >> 24)]
                ^ slices[0x300 + (byte)high] ^ slices[0x200 + (byte)(high >> 8)]
                ^ slices[0x100 + (byte)(high >> 16)] ^ slices[(int)(high >> 24)];
            data = data[8..];
        }

        foreach (byte value in data)
        {
            state = slices[(byte)(state ^ value)] ^ (state >> 8);
        }

        return state;
    }

    /// <summary>Four tables of 256 that together advance a state over <paramref name="zeroBytes"/> zero bytes.</summary>
    internal static uint[] BuildShift(int zeroBytes)
    {
        uint factor = PowerOfX(8L * zeroBytes);
        uint[] table = new uint[4 * 256];
        for (int position = 0; position < 4; position++)
        {
            for (uint value = 0; value < 256; value++)
            {
                table[(position * 256) + value] = Multiply(factor, value << (8 * position));
            }
        }

        return table;
    }

    /// <summary>Advances <paramref name="state"/> by a table of <see cref="BuildShift"/>.</summary>
    internal static uint Shift(uint[] table, uint state) => table[(byte)state]
        ^ table[0x100 + (byte)(state >> 8)]
        ^ table[0x200 + (byte)(state >> 16)]
        ^ table[0x300 + (int)(state >> 24)];

    private static uint[] BuildSlices()
    {
        uint[] slices = new uint[8 * 256];
        for (uint value = 0; value < 256; value++)
        {
            uint state = value;
            for (int slice = 0; slice < 8; slice++)
            {
                for (int bit = 0; bit < 8; bit++)
                {
                    state = MultiplyByX(state);
                }

                slices[(slice * 256) + value] = state;
            }
        }

        return slices;
    }

    // Polynomials over GF(2) modulo the CRC's; the highest bit is the coefficient of x^0.
    private static uint MultiplyByX(uint value) => (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;

    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (uint mask = One; mask != 0; mask >>= 1)
        {
            product ^= (a & mask) != 0 ? b : 0;
            b = MultiplyByX(b);
        }

        return product;
    }

    private static uint PowerOfX(long exponent)
    {
        uint result = One;
        for (uint square = One >> 1; exponent != 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                result = Multiply(result, square);
            }

            square = Multiply(square, square);
        }

        return result;
    }
}
