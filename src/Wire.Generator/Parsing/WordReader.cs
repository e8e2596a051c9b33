using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Parsing;

/// <summary>Takes the words of one line in order and notes what is wrong with them.</summary>
internal sealed class WordReader
{
    private readonly SourceLine _line;
    private readonly List<Problem> _problems;
    private int _next;

    public WordReader(SourceLine line, List<Problem> problems)
    {
        _line = line;
        _problems = problems;
    }

    public bool HasMore => _next < _line.Words.Count;

    /// <summary>The word last taken, or the whole line before the first.</summary>
    public SourceSpan LastSpan => _next == 0 ? _line.Span : _line.Words[_next - 1].Span;

    public string Peek() => HasMore ? _line.Words[_next].Text : "";

    public string Take() => _line.Words[_next++].Text;

    public string Take(string what)
    {
        if (HasMore)
        {
            return Take();
        }

        Report(ProblemKind.Syntax, $"The line ends where {what} should be.", _line.Span);
        return "";
    }

    public bool TryTake(string word)
    {
        bool isNext = Peek() == word;
        _next += isNext ? 1 : 0;
        return isNext;
    }

    public string TakeName(string what)
    {
        string name = Take(what);
        if (name.Length > 0 && !(name[0] is >= 'A' and <= 'Z' && name.All(c => c is >= 'A' and <= 'Z' or >= 'a' and <= 'z' or >= '0' and <= '9')))
        {
            Report(ProblemKind.Syntax, $"'{name}' is not a name: it should begin with a capital and have letters and digits only.", LastSpan);
        }

        return name;
    }

    public int TakeNumber(string what)
    {
        string text = Take(what);
        if (int.TryParse(text, out int number) && number is >= 0 and <= short.MaxValue)
        {
            return number;
        }

        if (text.Length > 0)
        {
            Report(ProblemKind.Syntax, $"'{text}' should be {what}, a number from 0 to {short.MaxValue}.", LastSpan);
        }

        return 0;
    }

    public VersionRange TakeVersions()
    {
        string text = Take("a range of versions");
        if (!VersionRange.TryParse(text, out VersionRange range) && text.Length > 0)
        {
            Report(ProblemKind.Versions, $"'{text}' is not a range of versions such as 3, 1-4, 2+ or none.", LastSpan);
        }

        return range;
    }

    public void ExpectEnd()
    {
        if (HasMore)
        {
            Report(ProblemKind.Syntax, $"'{Take()}' is not expected here.", LastSpan);
        }
    }

    public void Report(ProblemKind kind, string message, SourceSpan span) => _problems.Add(new Problem(kind, message, span));
}
