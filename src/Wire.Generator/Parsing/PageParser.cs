using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Parsing;

/// <summary>What came of reading a page: what it declares and what is wrong with it.</summary>
/// <param name="Path">The page's file.</param>
/// <param name="Page">What could be read.</param>
/// <param name="Problems">The mistakes, in the order of lines.</param>
public sealed record ParsedPage(string Path, PageDeclaration Page, EquatableArray<Problem> Problems);

/// <summary>Reads the lines of a page. Names are looked up later, by <see cref="PageResolver"/>.</summary>
public sealed class PageParser
{
    private readonly List<Problem> _problems = [];
    private readonly List<TypeDeclaration> _types = [];
    private readonly List<MessageDeclaration> _messages = [];
    private readonly IReadOnlyList<SourceLine> _lines;
    private ApiDeclaration? _api;
    private int _next;

    private PageParser(string path, string text)
    {
        _lines = LineReader.Read(path, text, _problems);
    }

    /// <summary>Reads a page.</summary>
    /// <param name="path">The page's file, for the places of problems.</param>
    /// <param name="text">The text of the page.</param>
    public static ParsedPage Parse(string path, string text)
    {
        PageParser parser = new(path, text);
        while (parser._next < parser._lines.Count)
        {
            parser.ParseHead();
        }

        PageDeclaration page = new(new(parser._types), parser._api, new(parser._messages));
        return new ParsedPage(path, page, new(parser._problems.OrderBy(problem => problem.Span.Line)));
    }

    private void ParseHead()
    {
        SourceLine line = _lines[_next++];
        HeadParser head = new(line, _problems);
        if (line.Level > 0)
        {
            Report(line, "The line is indented, and no message is above it.");
            SkipBelow(0);
        }
        else if (head.IsType)
        {
            _types.Add(head.ParseType());
        }
        else if (head.IsApi)
        {
            _api = head.ParseApi();
        }
        else if (head.TryParseMessage(_api) is { } message)
        {
            _messages.Add(ParseBody(message));
        }
        else
        {
            Report(line, $"'{line.Words[0].Text}' begins neither a type, an api nor a message.");
            SkipBelow(0);
        }
    }

    private MessageDeclaration ParseBody(MessageDeclaration message)
    {
        List<StructDeclaration> structs = [];
        List<FieldDeclaration> fields = [];
        while (TryTakeLine(1, out SourceLine line))
        {
            EquatableArray<FieldDeclaration> nested = ParseFields(2);
            if (line.Words[0].Text == "struct")
            {
                structs.Add(HeadParser.ParseStruct(line, nested, _problems));
            }
            else
            {
                fields.Add(FieldLineParser.Parse(line, nested, _problems));
            }
        }

        return message with { Fields = new(fields), Structs = new(structs) };
    }

    private EquatableArray<FieldDeclaration> ParseFields(int level)
    {
        List<FieldDeclaration> fields = [];
        while (TryTakeLine(level, out SourceLine line))
        {
            fields.Add(FieldLineParser.Parse(line, ParseFields(level + 1), _problems));
        }

        return new(fields);
    }

    // Takes the next line when it is on the level. Lines that are deeper than their parent allows are reported and passed over.
    private bool TryTakeLine(int level, out SourceLine line)
    {
        while (_next < _lines.Count && _lines[_next].Level > level)
        {
            Report(_lines[_next], $"The line is {_lines[_next].Level} levels deep, and the line above allows {level}.");
            SkipBelow(level);
        }

        bool isThere = _next < _lines.Count && _lines[_next].Level == level;
        line = isThere ? _lines[_next++] : _lines[0];
        return isThere;
    }

    private void SkipBelow(int level)
    {
        while (_next < _lines.Count && _lines[_next].Level > level)
        {
            _next++;
        }
    }

    private void Report(SourceLine line, string message) => _problems.Add(new Problem(ProblemKind.Syntax, message, line.Span));
}
