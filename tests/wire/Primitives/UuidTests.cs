using CsCheck;

namespace Compat.Wire.Tests.Primitives;

public class UuidTests
{
    [Theory]
    [InlineData(0, 0, "AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData(0, 1, "AAAAAAAAAAAAAAAAAAAAAQ")]
    [InlineData(0x0011223344556677, 0x7899AABBCCDDEEFF, "ABEiM0RVZnd4maq7zN3u_w")]
    public void An_id_is_written_as_URL_safe_base64_without_padding(ulong high, ulong low, string text)
    {
        Assert.Equal(text, new Uuid(high, low).ToString());
        Assert.Equal(new Uuid(high, low), Uuid.Parse(text));
    }

    [Fact]
    public void Any_id_is_read_as_it_was_written() =>
        Gen.Select(Gen.ULong, Gen.ULong, (high, low) => new Uuid(high, low)).Sample(id =>
        {
            Span<byte> bytes = stackalloc byte[Uuid.Size];
            id.Write(bytes);
            return Uuid.Parse(id.ToString()) == id && Uuid.Read(bytes) == id;
        });

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAA+/")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAA AAAAAAAAAAA")]
    public void Any_other_text_is_no_id(string? text)
    {
        Assert.False(Uuid.TryParse(text, out Uuid id));
        Assert.Equal(Uuid.Zero, id);
        Assert.Throws<FormatException>(() => Uuid.Parse(text!));
    }

    [Fact]
    public void A_made_id_is_not_reserved_and_can_be_an_argument()
    {
        Random random = new(1);
        for (int i = 0; i < 2_000; i++)
        {
            Uuid id = Uuid.Create(random);
            Assert.NotEqual('-', id.ToString()[0]);
            Assert.NotEqual(Uuid.Zero, id);
            Assert.NotEqual(Uuid.One, id);
        }
    }

    [Fact]
    public void Ids_are_ordered_by_their_halves_as_signed_numbers()
    {
        Uuid[] sorted = [new(ulong.MaxValue, 5), new(0, ulong.MaxValue), new(0, 0), new(0, 1), new(1, 0)];

        Assert.Equal(sorted, sorted.Reverse().Order());
    }
}
