using System.Text;
using Compat.Wire.Records;
using CsCheck;

namespace Compat.Wire.Tests.Records;

public class Crc32CTests
{
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("a", 0xC1D04330u)]
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void Known_texts_have_their_known_checksums(string text, uint expected) =>
        Assert.Equal(expected, Crc32C.Compute(Encoding.ASCII.GetBytes(text)));

    // RFC 3720, appendix B.4.
    [Theory]
    [InlineData(0x00, 0x00, 0x8A9136AAu)]
    [InlineData(0xFF, 0x00, 0x62A8AB43u)]
    [InlineData(0x00, 0x01, 0x46DD794Eu)]
    [InlineData(0x1F, 0xFF, 0x113FDB5Cu)]
    public void The_vectors_of_iSCSI_hold(byte first, byte step, uint expected)
    {
        byte[] data = new byte[32];
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = (byte)(first + (i * step));
        }

        Assert.Equal(expected, Crc32C.Compute(data));
    }

    [Fact]
    public void Every_length_around_the_lane_boundaries_agrees_with_the_definition()
    {
        byte[] data = new byte[40_000];
        new Random(1).NextBytes(data);
        int[] boundaries = [0, 8, 768, 1536, 12288, 12288 + 768, 24576];
        foreach (int length in boundaries.SelectMany(at => Enumerable.Range(Math.Max(0, at - 9), 20)))
        {
            ReadOnlySpan<byte> slice = data.AsSpan(3, length);
            Assert.Equal(ByDefinition(slice), Crc32C.Compute(slice));
            Assert.Equal(ByDefinition(slice), ~Crc32CTables.Append(uint.MaxValue, slice));
        }
    }

    [Fact]
    public void A_checksum_in_pieces_is_the_checksum_of_the_whole() =>
        Gen.Select(Gen.Byte.Array[0, 5000], Gen.Byte.Array[0, 5000]).Sample((head, tail) =>
            Crc32C.Append(Crc32C.Compute(head), tail) == ByDefinition([.. head, .. tail]));

    private static uint ByDefinition(ReadOnlySpan<byte> data)
    {
        uint state = uint.MaxValue;
        foreach (byte value in data)
        {
            state ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                state = (state & 1) != 0 ? (state >> 1) ^ 0x82F63B78 : state >> 1;
            }
        }

        return ~state;
    }
}
