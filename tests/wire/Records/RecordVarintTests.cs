using Compat.Wire.Records;
using CsCheck;

namespace Compat.Wire.Tests.Records;

public class RecordVarintTests
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(-1, "01")]
    [InlineData(1, "02")]
    [InlineData(63, "7E")]
    [InlineData(-64, "7F")]
    [InlineData(64, "8001")]
    [InlineData(300, "D804")]
    [InlineData(int.MaxValue, "FEFFFFFF0F")]
    [InlineData(int.MinValue, "FFFFFFFF0F")]
    public void Known_values_have_their_known_bytes(int value, string hex)
    {
        byte[] bytes = new byte[10];
        int size = RecordVarint.Write(bytes, value);
        Assert.Equal(hex, Convert.ToHexString(bytes.AsSpan(0, size)));

        int position = 0;
        Assert.Equal(value, RecordVarint.Read32(bytes, ref position));
        Assert.Equal(size, position);
    }

    [Fact]
    public void Every_value_reads_back_and_has_the_size_it_is_said_to_have() => Gen.Long.Sample(value =>
    {
        byte[] bytes = new byte[10];
        int size = RecordVarint.Write(bytes, value);
        int position = 0;
        return RecordVarint.SizeOf(value) == size
            && RecordVarint.Read64(bytes.AsSpan(0, size), ref position) == value
            && position == size;
    });

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("FFFFFFFF")]
    [InlineData("FFFFFFFF10")]
    [InlineData("FFFFFFFFFF01")]
    public void A_number_that_is_cut_off_or_too_long_is_refused(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Throws<WireFormatException>(() =>
        {
            int position = 0;
            return RecordVarint.Read32(bytes, ref position);
        });
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFFF02")]
    [InlineData("FFFFFFFFFFFFFFFFFFFF01")]
    public void A_long_number_that_is_too_long_is_refused(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Throws<WireFormatException>(() =>
        {
            int position = 0;
            return RecordVarint.Read64(bytes, ref position);
        });
    }
}
