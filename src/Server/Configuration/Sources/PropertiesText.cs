using System.Globalization;
using System.Text;
using Compat.Log.Configuration;

namespace Compat.Server.Configuration.Sources;

/// <summary>
/// Reads the format of Java's property files: comments, continued lines, escapes, and <c>=</c>, <c>:</c> or white space
/// between name and value.
/// </summary>
public static class PropertiesText
{
    /// <summary>The assignments of a file in their order; a later one of the same name wins.</summary>
    /// <param name="text">The content of the file.</param>
    /// <param name="fileName">The file as messages name it.</param>
    /// <exception cref="ConfigException">An escape is malformed.</exception>
    public static IReadOnlyList<ConfigAssignment> Parse(string text, string fileName)
    {
        List<ConfigAssignment> assignments = [];
        foreach ((int number, string line) in LogicalLines(text))
        {
            string origin = $"line {number} of {fileName}";
            (string name, string value) = Split(line);
            assignments.Add(new ConfigAssignment(Unescape(name, origin), Unescape(value, origin), origin));
        }

        return assignments;
    }

    /// <summary>Lines with their continuations, without comments and blank lines, and the number of their first line.</summary>
    private static IEnumerable<(int Number, string Line)> LogicalLines(string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimStart(' ', '\t', '\f');
            int number = i + 1;
            if (line.Length == 0 || line[0] is '#' or '!')
            {
                continue;
            }

            while (IsContinued(line))
            {
                string next = i + 1 < lines.Length ? lines[++i].TrimStart(' ', '\t', '\f') : string.Empty;
                line = line[..^1] + next;
            }

            yield return (number, line);
        }
    }

    /// <summary>A line goes on in the next one when the backslash at its end is not itself escaped.</summary>
    private static bool IsContinued(string line) => (line.Length - line.TrimEnd('\\').Length) % 2 == 1;

    private static (string Name, string Value) Split(string line)
    {
        int end = 0;
        while (end < line.Length && line[end] is not ('=' or ':' or ' ' or '\t' or '\f'))
        {
            end += line[end] == '\\' ? 2 : 1;
        }

        end = Math.Min(end, line.Length);
        string rest = line[end..].TrimStart(' ', '\t', '\f');
        if (rest.Length > 0 && rest[0] is '=' or ':')
        {
            rest = rest[1..].TrimStart(' ', '\t', '\f');
        }

        return (line[..end], rest);
    }

    private static string Unescape(string text, string origin)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || ++i == text.Length)
            {
                result.Append(i < text.Length ? text[i] : string.Empty);
                continue;
            }

            result.Append(text[i] == 'u' ? CodeUnit(text, ref i, origin) : Escaped(text[i]));
        }

        return result.ToString();
    }

    private static char Escaped(char c) => c switch
    {
        't' => '\t',
        'n' => '\n',
        'r' => '\r',
        'f' => '\f',
        _ => c,
    };

    private static char CodeUnit(string text, ref int i, string origin)
    {
        if (i + 4 >= text.Length
            || !ushort.TryParse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit))
        {
            throw new ConfigException($"Malformed \\uxxxx escape on {origin}");
        }

        i += 4;
        return (char)unit;
    }
}
