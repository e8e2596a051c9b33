using Compat.Log.Configuration;

namespace Compat.Log.Tests.Configuration;

public class ConfigTextTests
{
    [Theory]
    [InlineData(0.5, "0.5")]
    [InlineData(1, "1.0")]
    [InlineData(0, "0.0")]
    [InlineData(2147483647, "2.147483647E9")]
    [InlineData(double.MaxValue, "1.7976931348623157E308")]
    [InlineData(0.0001, "1.0E-4")]
    [InlineData(-12345678, "-1.2345678E7")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    public void Doubles_are_written_as_Java_writes_them(double value, string expected) =>
        Assert.Equal(expected, ConfigText.Format(value));

    [Theory]
    [InlineData(ConfigType.Boolean, " TRUE ", true)]
    [InlineData(ConfigType.Int, "+7", 7)]
    [InlineData(ConfigType.Long, " -1", -1L)]
    [InlineData(ConfigType.Short, "3", (short)3)]
    [InlineData(ConfigType.Double, "1", 1.0)]
    [InlineData(ConfigType.String, " a b ", "a b")]
    public void Values_are_trimmed_and_typed(ConfigType type, string text, object expected)
    {
        Assert.True(ConfigText.TryParse(type, text, out object? value, out _));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData(ConfigType.Boolean, "yes")]
    [InlineData(ConfigType.Int, "2147483648")]
    [InlineData(ConfigType.Int, "1 0")]
    [InlineData(ConfigType.Int, "")]
    [InlineData(ConfigType.Long, "1e3")]
    [InlineData(ConfigType.Short, "40000")]
    [InlineData(ConfigType.Double, "half")]
    public void A_text_of_another_type_is_a_problem(ConfigType type, string text)
    {
        Assert.False(ConfigText.TryParse(type, text, out _, out string? problem));
        Assert.NotEmpty(problem);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 1)]
    [InlineData(" a , b ", 2)]
    [InlineData("a,,b", 3)]
    public void Lists_are_split_at_commas(string text, int count)
    {
        Assert.True(ConfigText.TryParse(ConfigType.List, text, out object? value, out _));
        Assert.Equal(count, Assert.IsType<string[]>(value).Length);
    }
}
