using System.Buffers;
using System.Globalization;
using System.Text;

namespace Compat.Server.Metrics;

/// <summary>Writes families of samples in the Prometheus text format (0.0.4).</summary>
/// <param name="output">Where to write; the memory of what was written is the caller's to hand on.</param>
internal sealed class MetricWriter(ArrayBufferWriter<byte> output)
{
    private const int MaxNumberLength = 32;

    private string _family = string.Empty;

    /// <summary>Bytes written and not yet handed on.</summary>
    public int PendingBytes => output.WrittenCount;

    /// <summary>Begins a family of values that go up and down.</summary>
    public MetricWriter Gauge(string name, string help) => Begin(name, help, "gauge"u8);

    /// <summary>Begins a family of values that only go up.</summary>
    public MetricWriter Counter(string name, string help) => Begin(name, help, "counter"u8);

    /// <summary>A sample of the family without labels.</summary>
    public void Sample(double value)
    {
        Text(_family);
        Value(value);
    }

    /// <summary>A sample with one label.</summary>
    public void Sample(string label, string labelValue, double value)
    {
        Text(_family);
        output.Write("{"u8);
        Label(label, labelValue);
        output.Write("}"u8);
        Value(value);
    }

    /// <summary>A sample with two labels.</summary>
    public void Sample(string label1, string value1, string label2, string value2, double value) =>
        Sample([(label1, value1), (label2, value2)], value);

    /// <summary>A sample with any labels.</summary>
    public void Sample(ReadOnlySpan<(string Name, string Value)> labels, double value)
    {
        Text(_family);
        output.Write("{"u8);
        for (int i = 0; i < labels.Length; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }

            Label(labels[i].Name, labels[i].Value);
        }

        output.Write("}"u8);
        Value(value);
    }

    private MetricWriter Begin(string name, string help, ReadOnlySpan<byte> type)
    {
        _family = name;
        output.Write("# HELP "u8);
        Text(name);
        output.Write(" "u8);
        Escaped(help, quotes: false);
        output.Write("\n# TYPE "u8);
        Text(name);
        output.Write(" "u8);
        output.Write(type);
        output.Write("\n"u8);
        return this;
    }

    private void Label(string name, string value)
    {
        Text(name);
        output.Write("=\""u8);
        Escaped(value, quotes: true);
        output.Write("\""u8);
    }

    private void Value(double value)
    {
        output.Write(" "u8);
        if (double.IsFinite(value))
        {
            Span<byte> span = output.GetSpan(MaxNumberLength);
            value.TryFormat(span, out int written, "R", CultureInfo.InvariantCulture);
            output.Advance(written);
        }
        else
        {
            output.Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
        }

        output.Write("\n"u8);
    }

    private void Escaped(string text, bool quotes)
    {
        if (text.AsSpan().IndexOfAny('\\', '\n', '"') >= 0)
        {
            text = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text = quotes ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
        }

        Text(text);
    }

    private void Text(string text) => Encoding.UTF8.GetBytes(text, output);
}
