using System.Buffers;
using CsCheck;

namespace Compat.Wire.Tests.Primitives;

public class WirePrimitiveTests
{
    private delegate void WriteAction(ref WireWriter writer);

    private delegate T ReadAction<T>(ref WireReader reader);

    [Fact]
    public void Numbers_are_read_as_they_were_written()
    {
        Gen.SByte.Sample(value => Survives(value, (ref WireWriter w) => w.WriteInt8(value), (ref WireReader r) => r.ReadInt8()));
        Gen.Short.Sample(value => Survives(value, (ref WireWriter w) => w.WriteInt16(value), (ref WireReader r) => r.ReadInt16()));
        Gen.UShort.Sample(value => Survives(value, (ref WireWriter w) => w.WriteUInt16(value), (ref WireReader r) => r.ReadUInt16()));
        Gen.Int.Sample(value => Survives(value, (ref WireWriter w) => w.WriteInt32(value), (ref WireReader r) => r.ReadInt32()));
        Gen.UInt.Sample(value => Survives(value, (ref WireWriter w) => w.WriteUInt32(value), (ref WireReader r) => r.ReadUInt32()));
        Gen.Long.Sample(value => Survives(value, (ref WireWriter w) => w.WriteInt64(value), (ref WireReader r) => r.ReadInt64()));
        Gen.Double.Sample(value => Survives(value, (ref WireWriter w) => w.WriteFloat64(value), (ref WireReader r) => r.ReadFloat64()));
        Gen.Int.Sample(value => Survives(value, (ref WireWriter w) => w.WriteVarint(value), (ref WireReader r) => r.ReadVarint()));
        Gen.Long.Sample(value => Survives(value, (ref WireWriter w) => w.WriteVarlong(value), (ref WireReader r) => r.ReadVarlong()));
        Gen.UInt.Sample(value => Survives(value, (ref WireWriter w) => w.WriteUnsignedVarint(value), (ref WireReader r) => r.ReadUnsignedVarint()));
    }

    [Theory]
    [InlineData(0u, new byte[] { 0 })]
    [InlineData(127u, new byte[] { 0x7f })]
    [InlineData(128u, new byte[] { 0x80, 0x01 })]
    [InlineData(300u, new byte[] { 0xac, 0x02 })]
    [InlineData(uint.MaxValue, new byte[] { 0xff, 0xff, 0xff, 0xff, 0x0f })]
    public void An_unsigned_varint_has_seven_bits_a_byte_lowest_first(uint value, byte[] bytes)
    {
        Assert.Equal(bytes, Write((ref WireWriter writer) => writer.WriteUnsignedVarint(value)));
        Assert.Equal(bytes.Length, WireWriter.UnsignedVarintSize(value));
    }

    [Theory]
    [InlineData(0, new byte[] { 0 })]
    [InlineData(-1, new byte[] { 1 })]
    [InlineData(1, new byte[] { 2 })]
    [InlineData(-65, new byte[] { 0x81, 0x01 })]
    [InlineData(int.MinValue, new byte[] { 0xff, 0xff, 0xff, 0xff, 0x0f })]
    public void A_signed_varint_is_zigzagged(int value, byte[] bytes) =>
        Assert.Equal(bytes, Write((ref WireWriter writer) => writer.WriteVarint(value)));

    [Fact]
    public void A_varint_that_does_not_end_is_refused()
    {
        byte[] endless = [.. Enumerable.Repeat((byte)0xff, 20)];

        Refuses(endless, (ref WireReader reader) => reader.ReadUnsignedVarint());
        Refuses(endless, (ref WireReader reader) => reader.ReadVarlong());
    }

    [Theory]
    [InlineData(new byte[] { 0, 2, 104, 105 }, false, "hi")]
    [InlineData(new byte[] { 3, 104, 105 }, true, "hi")]
    [InlineData(new byte[] { 0, 0 }, false, "")]
    [InlineData(new byte[] { 1 }, true, "")]
    [InlineData(new byte[] { 0xff, 0xff }, false, null)]
    [InlineData(new byte[] { 0 }, true, null)]
    public void A_string_has_its_length_in_front(byte[] bytes, bool flexible, string? value)
    {
        Assert.Equal(bytes, Write((ref WireWriter writer) => writer.WriteNullableString(value, flexible)));
        WireReader reader = new(bytes);
        Assert.Equal(value, reader.ReadNullableString(flexible));
        if (value is null)
        {
            Refuses(bytes, (ref WireReader nonNull) => nonNull.ReadString(flexible));
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 2, 1, 2 }, false)]
    [InlineData(new byte[] { 3, 1, 2 }, true)]
    public void Bytes_and_records_are_slices_of_the_frame(byte[] frame, bool flexible)
    {
        WireReader reader = new(frame);
        ReadOnlyMemory<byte> bytes = reader.ReadBytes(flexible);
        WireReader again = new(frame);
        RecordsPayload records = again.ReadNullableRecords(flexible);

        Assert.True(bytes.Span.Overlaps(frame));
        Assert.True(records.Memory.Span.Overlaps(frame));
        Assert.Equal([1, 2], bytes.ToArray());
        Assert.Equal(2, records.Size);
    }

    [Fact]
    public void Null_bytes_are_not_empty_bytes()
    {
        WireReader reader = new(new byte[] { 0, 1 });

        Assert.Null(reader.ReadNullableBytes(flexible: true));
        Assert.Equal(0, reader.ReadNullableBytes(flexible: true)!.Value.Length);
    }

    [Theory]
    [InlineData(new byte[] { 0, 5, 104 }, false)]
    [InlineData(new byte[] { 6, 104 }, true)]
    [InlineData(new byte[] { 0x80, 0x80, 0x02, 104 }, true)]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0x0f }, true)]
    public void A_length_beyond_the_frame_is_refused(byte[] frame, bool flexible)
    {
        Refuses(frame, (ref WireReader reader) => reader.ReadString(flexible));
        Refuses(frame, (ref WireReader reader) => reader.ReadBytes(flexible));
        Refuses(frame, (ref WireReader reader) => reader.ReadArrayCount(flexible, 1, 8));
    }

    [Fact]
    public void Elements_that_would_take_more_memory_than_allowed_are_refused_before_they_are_made()
    {
        byte[] frame = [0, 0, 0, 8, .. new byte[8]];
        WireReader enough = new(frame, allocationLimit: 8 * 40);
        WireReader tooLittle = new(frame, allocationLimit: (8 * 40) - 1);

        Assert.Equal(8, enough.ReadArrayCount(flexible: false, elementSize: 1, elementCost: 40));
        bool isRefused = false;
        try
        {
            tooLittle.ReadArrayCount(flexible: false, elementSize: 1, elementCost: 40);
        }
        catch (WireFormatException)
        {
            isRefused = true;
        }

        Assert.True(isRefused);
    }

    private static bool Survives<T>(T value, WriteAction write, ReadAction<T> read)
        where T : IEquatable<T>
    {
        WireReader reader = new(Write(write));
        return read(ref reader).Equals(value) && reader.IsAtEnd;
    }

    private static byte[] Write(WriteAction write)
    {
        ArrayBufferWriter<byte> output = new();
        WireWriter writer = new(output);
        write(ref writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static void Refuses<T>(byte[] frame, ReadAction<T> read) => Assert.Throws<WireFormatException>(() =>
    {
        WireReader reader = new(frame);
        read(ref reader);
    });
}
