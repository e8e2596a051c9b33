using System.Text;

namespace Compat.Wire.Generator.Emission;

/// <summary>Gathers lines of C# and keeps their indentation.</summary>
internal sealed class CodeWriter
{
    private const int SpacesALevel = 4;

    private readonly StringBuilder _text = new();
    private int _level;

    public void Line(string line = "")
    {
        if (line.Length > 0)
        {
            _text.Append(' ', _level * SpacesALevel).Append(line);
        }

        _text.Append('\n');
    }

    public void Open(string? line = null, string bracket = "{")
    {
        if (line is not null)
        {
            Line(line);
        }

        Line(bracket);
        _level++;
    }

    public void Close(string end = "}")
    {
        _level--;
        Line(end);
    }

    /// <summary>Writes what is inside a condition; without one, as it is.</summary>
    public void When(string? condition, Action body)
    {
        if (condition is null)
        {
            body();
            return;
        }

        Open($"if ({condition})");
        body();
        Close();
    }

    public override string ToString() => _text.ToString();
}
