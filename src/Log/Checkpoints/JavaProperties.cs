using System.Text;

namespace Compat.Log.Checkpoints;

/// <summary>The text of <c>java.util.Properties</c>, as far as <c>meta.properties</c> needs it: lines of a key and a value, comments, and backslashes.</summary>
internal static class JavaProperties
{
    /// <summary>Reads keys and values; the last of several values counts.</summary>
    public static Dictionary<string, string> Parse(string text)
    {
        Dictionary<string, string> properties = new(StringComparer.Ordinal);
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.Trim();
            if (line.Length == 0 || line[0] is '#' or '!')
            {
                continue;
            }

            int end = EndOfKey(line);
            string value = line[end..].TrimStart();
            if (value.Length > 0 && value[0] is '=' or ':')
            {
                value = value[1..].TrimStart();
            }

            properties[Unescape(line[..end])] = Unescape(value);
        }

        return properties;
    }

    /// <summary>A line for each key and value, with what the format gives a meaning to escaped.</summary>
    public static string Format(IEnumerable<KeyValuePair<string, string>> properties)
    {
        StringBuilder text = new();
        foreach ((string key, string value) in properties)
        {
            text.Append(Escape(key, isKey: true)).Append('=').Append(Escape(value, isKey: false)).Append('\n');
        }

        return text.ToString();
    }

    private static int EndOfKey(string line)
    {
        for (int index = 0; index < line.Length; index++)
        {
            if (line[index] == '\\')
            {
                index++;
            }
            else if (line[index] is '=' or ':' or ' ' or '\t')
            {
                return index;
            }
        }

        return line.Length;
    }

    private static string Escape(string text, bool isKey)
    {
        StringBuilder escaped = new(text.Length);
        for (int index = 0; index < text.Length; index++)
        {
            if (text[index] is '=' or ':' or '#' or '!' or '\\' || (text[index] == ' ' && (isKey || index == 0)))
            {
                escaped.Append('\\');
            }

            escaped.Append(text[index]);
        }

        return escaped.ToString();
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        StringBuilder plain = new(text.Length);
        for (int index = 0; index < text.Length; index++)
        {
            if (text[index] == '\\' && index + 1 < text.Length)
            {
                index++;
            }

            plain.Append(text[index]);
        }

        return plain.ToString();
    }
}
