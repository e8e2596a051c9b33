namespace Compat.Wire.Generator.Model;

/// <summary>A place on a page.</summary>
/// <param name="Path">The page's file.</param>
/// <param name="Line">The line, from 0.</param>
/// <param name="Column">The column, from 0.</param>
/// <param name="Length">Characters.</param>
/// <param name="Offset">Characters before it in the file.</param>
public readonly record struct SourceSpan(string Path, int Line, int Column, int Length, int Offset);

/// <summary>What sort of mistake a page has.</summary>
public enum ProblemKind
{
    /// <summary>A line cannot be read.</summary>
    Syntax,

    /// <summary>A name is not declared, or is declared twice.</summary>
    Name,

    /// <summary>Versions contradict each other.</summary>
    Versions,

    /// <summary>A mark does not fit the field's type.</summary>
    Field,
}

/// <summary>A mistake on a page.</summary>
/// <param name="Kind">What sort of mistake it is.</param>
/// <param name="Message">The text for the author of the page.</param>
/// <param name="Span">Where it is.</param>
public sealed record Problem(ProblemKind Kind, string Message, SourceSpan Span);
