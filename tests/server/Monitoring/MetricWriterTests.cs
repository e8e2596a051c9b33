using System.Buffers;
using System.Text;
using Compat.Server.Metrics;

namespace Compat.Server.Tests.Monitoring;

public class MetricWriterTests
{
    [Fact]
    public void A_family_has_its_help_and_type_before_its_samples() => Assert.Equal(
        """
        # HELP a_total What it \\ counts.
        # TYPE a_total counter
        a_total 1
        a_total{topic="t"} 2.5
        a_total{topic="t",partition="0"} 9007199254740993
        # HELP b Up and down.
        # TYPE b gauge
        b{x="1",y="2",z="3"} -1

        """.ReplaceLineEndings("\n").Replace("9007199254740993", "9007199254740992", StringComparison.Ordinal),
        Written(writer =>
        {
            writer.Counter("a_total", "What it \\ counts.").Sample(1);
            writer.Sample("topic", "t", 2.5);
            writer.Sample("topic", "t", "partition", "0", 9007199254740993);
            writer.Gauge("b", "Up and down.").Sample([("x", "1"), ("y", "2"), ("z", "3")], -1);
        }));

    [Theory]
    [InlineData("a\"b", "a\\\"b")]
    [InlineData("a\\b", "a\\\\b")]
    [InlineData("a\nb", "a\\nb")]
    [InlineData("caf\u00e9", "caf\u00e9")]
    public void Label_values_are_escaped(string value, string written) =>
        Assert.EndsWith($"a{{group=\"{written}\"}} 0\n", Written(writer => writer.Gauge("a", "A.").Sample("group", value, 0)), StringComparison.Ordinal);

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    [InlineData(1e21, "1E+21")]
    [InlineData(0.1, "0.1")]
    public void Numbers_are_written_as_Prometheus_reads_them(double value, string written) =>
        Assert.EndsWith($"a {written}\n", Written(writer => writer.Gauge("a", "A.").Sample(value)), StringComparison.Ordinal);

    private static string Written(Action<MetricWriter> write)
    {
        ArrayBufferWriter<byte> output = new();
        write(new MetricWriter(output));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
