using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Parsing;

/// <summary>Cuts a page into lines and words. Comments go from <c>#</c> to the end of the line.</summary>
internal sealed class LineReader
{
    private const int SpacesALevel = 2;

    private readonly string _path;
    private readonly List<Problem> _problems;
    private readonly List<SourceLine> _lines = [];
    private string _comment = "";

    private LineReader(string path, List<Problem> problems)
    {
        _path = path;
        _problems = problems;
    }

    public static IReadOnlyList<SourceLine> Read(string path, string text, List<Problem> problems)
    {
        LineReader reader = new(path, problems);
        int offset = 0;
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            reader.ReadLine(line.TrimEnd('\r'), number++, offset);
            offset += line.Length + 1;
        }

        return reader._lines;
    }

    private void ReadLine(string line, int number, int offset)
    {
        int end = line.IndexOf('#');
        string content = (end < 0 ? line : line.Substring(0, end)).TrimEnd();
        if (content.Length == 0)
        {
            _comment = end < 0 ? "" : (_comment + " " + line.Substring(end + 1).Trim()).Trim();
            return;
        }

        int indent = content.Length - content.TrimStart(' ').Length;
        SourceSpan span = new(_path, number, indent, content.Length - indent, offset + indent);
        if (content.IndexOf('\t') is var tab && tab >= 0)
        {
            _problems.Add(new Problem(ProblemKind.Syntax, "A tab is on the line; pages are indented with spaces.", span with { Column = tab, Length = 1, Offset = offset + tab }));
        }
        else if (indent % SpacesALevel != 0)
        {
            _problems.Add(new Problem(ProblemKind.Syntax, $"The line is indented by {indent} spaces; a level is {SpacesALevel}.", span));
        }
        else
        {
            _lines.Add(new SourceLine(indent / SpacesALevel, Words(content, span, offset), _comment, span));
        }

        _comment = "";
    }

    private static List<Word> Words(string content, SourceSpan span, int offset)
    {
        List<Word> words = [];
        int start = span.Column;
        while (start < content.Length)
        {
            int end = content.IndexOf(' ', start);
            end = end < 0 ? content.Length : end;
            if (end > start)
            {
                SourceSpan place = span with { Column = start, Length = end - start, Offset = offset + start };
                words.Add(new Word(content.Substring(start, end - start), place));
            }

            start = end + 1;
        }

        return words;
    }
}
