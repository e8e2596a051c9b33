using Compat.Load.CommandLine;

namespace Compat.Load.Tests;

public class OptionsTests
{
    [Fact]
    public void Values_switches_targets_and_client_settings_are_told_apart()
    {
        var options = Options.Parse(
            ["--size", "100", "--idempotent", "--target", "ours=localhost:9092@17", "--target", "mock=127.0.0.1:1", "--setting", "linger.ms=5"]);

        Assert.Equal(100, options.Number("size", 1024));
        Assert.True(options.Flag("idempotent"));
        Assert.False(options.Flag("json"));
        Assert.Equal([new Target("ours", "localhost:9092", 17), new Target("mock", "127.0.0.1:1", null)], options.Targets);
        Assert.Equal([new("linger.ms", "5")], options.ClientSettings);
    }

    [Fact]
    public void An_option_nobody_asks_for_is_reported()
    {
        var options = Options.Parse(["--sise", "100", "--size", "10"]);

        _ = options.Number("size", 1);

        Assert.Equal(["sise"], options.Unknown);
    }

    [Theory]
    [InlineData("size")]
    [InlineData("-size")]
    public void A_word_that_is_no_option_is_refused(string word)
        => Assert.Throws<ArgumentException>(() => Options.Parse([word]));

    [Fact]
    public void A_number_that_is_none_is_refused_with_its_option()
    {
        var exception = Assert.Throws<ArgumentException>(() => Options.Parse(["--size", "big"]).Number("size", 1));

        Assert.Contains("--size", exception.Message, StringComparison.Ordinal);
    }
}
