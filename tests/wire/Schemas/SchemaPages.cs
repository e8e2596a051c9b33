using System.Collections.Concurrent;
using Compat.Wire.Generator.Model;
using Compat.Wire.Generator.Parsing;

namespace Compat.Wire.Tests.Schemas;

/// <summary>The pages of src/Wire/Schemas as the generator understands them.</summary>
public static class SchemaPages
{
    private static readonly Lazy<PageSchema[]> Pages = new(Load);
    private static readonly ConcurrentDictionary<string, MessageSchema> ByName = new();

    public static IReadOnlyList<PageSchema> All => Pages.Value;

    public static IEnumerable<MessageSchema> Messages => All.SelectMany(page => page.Messages);

    /// <summary>The messages that have classes, as rows of a theory.</summary>
    public static TheoryData<string> MessageNames =>
        [.. Messages.Where(message => message.Kind != MessageKind.Header).Select(message => message.Name)];

    public static MessageSchema Message(string name) =>
        ByName.GetOrAdd(name, key => Messages.Single(message => message.Name == key));

    private static PageSchema[] Load()
    {
        string folder = Path.Combine(Repository.Root, "src", "Wire", "Schemas");
        ParsedPage[] parsed = [.. Directory.EnumerateFiles(folder, "*.kapi", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => PageParser.Parse(path, File.ReadAllText(path)))];
        EquatableArray<TypeDeclaration> types = new(parsed.SelectMany(page => page.Page.Types));
        ResolvedPage[] resolved = [.. parsed.Select(page => PageResolver.Resolve(page, types))];
        Assert.Empty(resolved.SelectMany(page => page.Problems));
        return [.. resolved.Select(page => page.Page!)];
    }
}
