using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;
using Sse42 = System.Runtime.Intrinsics.X86.Sse42;

namespace Compat.Wire.Records;

/// <summary>
/// CRC-32C (Castagnoli), the checksum of record batches of magic 2 (KIP-98). Uses the processor's instruction where there
/// is one (SSE 4.2, ARMv8 CRC), otherwise tables.
/// </summary>
public static class Crc32C
{
    // The instruction has a latency of three cycles and a throughput of one, so three independent streams are run
    // side by side and joined afterwards. Two lane lengths keep the join cheap for both batches and large buffers.
    private const int LongLane = 4096;
    private const int ShortLane = 256;

    private static readonly uint[] LongShift = Crc32CTables.BuildShift(LongLane);
    private static readonly uint[] ShortShift = Crc32CTables.BuildShift(ShortLane);

    /// <summary>The checksum of <paramref name="data"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>
    /// The checksum of everything that <paramref name="crc"/> is the checksum of, followed by <paramref name="data"/>.
    /// </summary>
    /// <param name="crc">The checksum so far; 0 for none.</param>
    /// <param name="data">The bytes that follow.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        uint state = ~crc;
        state = Sse42.X64.IsSupported || ArmCrc32.Arm64.IsSupported
            ? AppendByInstruction(state, data)
            : Crc32CTables.Append(state, data);
        return ~state;
    }

    private static uint AppendByInstruction(uint state, ReadOnlySpan<byte> data)
    {
        while (data.Length >= 3 * LongLane)
        {
            state = AppendThreeLanes(state, data[..(3 * LongLane)], LongLane, LongShift);
            data = data[(3 * LongLane)..];
        }

        while (data.Length >= 3 * ShortLane)
        {
            state = AppendThreeLanes(state, data[..(3 * ShortLane)], ShortLane, ShortShift);
            data = data[(3 * ShortLane)..];
        }

        ulong wide = state;
        while (data.Length >= sizeof(ulong))
        {
            wide = Step(wide, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        state = (uint)wide;
        foreach (byte value in data)
        {
            state = Step(state, value);
        }

        return state;
    }

    private static uint AppendThreeLanes(uint state, ReadOnlySpan<byte> data, int lane, uint[] shift)
    {
        ref byte first = ref MemoryMarshal.GetReference(data);
        ref byte second = ref Unsafe.Add(ref first, lane);
        ref byte third = ref Unsafe.Add(ref second, lane);
        ulong a = state;
        ulong b = 0;
        ulong c = 0;
        for (nint i = 0; i < lane; i += sizeof(ulong))
        {
            a = Step(a, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, i)));
            b = Step(b, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref second, i)));
            c = Step(c, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref third, i)));
        }

        uint joined = Crc32CTables.Shift(shift, (uint)a) ^ (uint)b;
        return Crc32CTables.Shift(shift, joined) ^ (uint)c;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Step(ulong state, ulong value) => Sse42.X64.IsSupported
        ? Sse42.X64.Crc32(state, value)
        : ArmCrc32.Arm64.ComputeCrc32C((uint)state, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Step(uint state, byte value) => Sse42.IsSupported
        ? Sse42.Crc32(state, value)
        : ArmCrc32.ComputeCrc32C(state, value);
}
