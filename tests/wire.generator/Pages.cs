using Compat.Wire.Generator.Model;
using Compat.Wire.Generator.Parsing;

namespace Compat.Wire.Generator.Tests;

/// <summary>Short ways from the text of a page to what the library makes of it.</summary>
internal static class Pages
{
    public const string Path = "Schemas/07.Lend.kapi";

    public static ResolvedPage Resolve(string text)
    {
        ParsedPage parsed = PageParser.Parse(Path, text);
        return PageResolver.Resolve(parsed, parsed.Page.Types);
    }

    /// <summary>Resolves a page that has nothing wrong.</summary>
    public static PageSchema ResolveWell(string text)
    {
        ResolvedPage resolved = Resolve(text);
        Assert.Empty(resolved.Problems);
        return resolved.Page!;
    }

    /// <summary>The only message of a page that holds the fields given.</summary>
    public static MessageSchema Message(string fields, string head = "data Book 0-4 flexible 2+") =>
        Assert.Single(ResolveWell($"{head}\n{fields}").Messages);
}
