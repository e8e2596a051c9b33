using System.Text;
using System.Text.RegularExpressions;

namespace Compat.Wire.Tests.Golden;

/// <summary>Reads frames that people wrote down: hexadecimal digits, text in quotes, and what comes after <c>#</c> is for the reader.</summary>
internal static partial class Frame
{
    public static byte[] Parse(string text)
    {
        List<byte> bytes = [];
        foreach (string line in text.Split('\n'))
        {
            foreach (Match word in Word().Matches(line.Split('#')[0]))
            {
                bytes.AddRange(word.Value[0] == '"' ? Encoding.UTF8.GetBytes(word.Value[1..^1]) : Convert.FromHexString(word.Value));
            }
        }

        return [.. bytes];
    }

    [GeneratedRegex("\"[^\"]*\"|[0-9a-f]+")]
    private static partial Regex Word();
}
