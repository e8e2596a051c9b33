using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Parsing;

/// <summary>A word of a line and where it stands.</summary>
internal readonly record struct Word(string Text, SourceSpan Span);

/// <summary>A line of a page that says something: its level and its words.</summary>
internal sealed class SourceLine
{
    public SourceLine(int level, IReadOnlyList<Word> words, string comment, SourceSpan span)
    {
        Level = level;
        Words = words;
        Comment = comment;
        Span = span;
    }

    /// <summary>How deep the line is indented; two spaces a level.</summary>
    public int Level { get; }

    public IReadOnlyList<Word> Words { get; }

    /// <summary>The comment lines directly above.</summary>
    public string Comment { get; }

    public SourceSpan Span { get; }
}
