using System.Collections.Immutable;
using System.Text;
using Compat.Wire.Generator.Emission;
using Compat.Wire.Generator.Model;
using Compat.Wire.Generator.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Compat.Wire.Generator;

/// <summary>Turns the pages (<c>*.kapi</c> among the additional files) into codecs: one file a page, and the catalog over all of them.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class SchemaGenerator : IIncrementalGenerator
{
    /// <summary>The name of the step that reads pages, for tests of caching.</summary>
    public const string ReadStep = "Read";

    /// <summary>The name of the step that looks up names, for tests of caching.</summary>
    public const string ResolveStep = "Resolve";

    /// <summary>The name of the step that has a page's meaning alone, for tests of caching.</summary>
    public const string PageStep = "Page";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<ParsedPage> parsed = context.AdditionalTextsProvider
            .Where(file => file.Path.EndsWith(".kapi", StringComparison.Ordinal))
            .Select((file, cancellation) => PageParser.Parse(file.Path, file.GetText(cancellation)?.ToString() ?? ""))
            .WithTrackingName(ReadStep);
        IncrementalValueProvider<EquatableArray<TypeDeclaration>> types = parsed
            .SelectMany((page, _) => page.Page.Types)
            .Collect()
            .Select((all, _) => new EquatableArray<TypeDeclaration>(all));
        IncrementalValuesProvider<ResolvedPage> resolved = parsed
            .Combine(types)
            .Select((pair, _) => PageResolver.Resolve(pair.Left, pair.Right))
            .WithTrackingName(ResolveStep);
        IncrementalValuesProvider<PageSchema> pages = resolved
            .SelectMany((page, _) => page.Page is { } schema ? ImmutableArray.Create(schema) : [])
            .WithTrackingName(PageStep);

        context.RegisterSourceOutput(resolved.SelectMany((page, _) => page.Problems), Diagnostics.Report);
        context.RegisterSourceOutput(pages, AddPage);
        RegisterCatalog(context, pages);
    }

    private static void RegisterCatalog(IncrementalGeneratorInitializationContext context, IncrementalValuesProvider<PageSchema> pages)
    {
        IncrementalValueProvider<EquatableArray<ApiSchema>> apis = pages
            .SelectMany((page, _) => page.Api is { } api ? ImmutableArray.Create(api) : [])
            .Collect()
            .Select((all, _) => new EquatableArray<ApiSchema>(all));
        IncrementalValueProvider<EquatableArray<MessageSchema>> records = pages
            .SelectMany((page, _) => page.Messages.Where(message => message.Kind == MessageKind.Metadata))
            .Collect()
            .Select((all, _) => new EquatableArray<MessageSchema>(all));
        context.RegisterSourceOutput(apis, (output, rows) =>
        {
            Add(output, "ApiKey", CatalogEmitter.EmitKeys(rows));
            Add(output, "ApiCatalog", CatalogEmitter.EmitCatalog(rows));
        });
        context.RegisterSourceOutput(records, (output, all) => Add(output, "MetadataRecords", CatalogEmitter.EmitMetadataRecords(all)));
    }

    private static void AddPage(SourceProductionContext output, PageSchema page)
    {
        if (MessageEmitter.Emit(page) is { } code)
        {
            Add(output, page.Name, code);
        }
    }

    private static void Add(SourceProductionContext output, string name, string code) =>
        output.AddSource(name + ".g.cs", SourceText.From(code, Encoding.UTF8));
}
