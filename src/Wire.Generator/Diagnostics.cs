using Compat.Wire.Generator.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Compat.Wire.Generator;

/// <summary>The compiler errors for mistakes on a page, each on the page's own line.</summary>
internal static class Diagnostics
{
    private const string Category = "Schemas";

    private static readonly DiagnosticDescriptor Syntax = Describe("KAPI001", "The line cannot be read");

    private static readonly DiagnosticDescriptor Name = Describe("KAPI002", "A name is not declared, or is declared twice");

    private static readonly DiagnosticDescriptor Versions = Describe("KAPI003", "Versions contradict each other");

    private static readonly DiagnosticDescriptor Field = Describe("KAPI004", "A mark does not fit the field");

    public static void Report(SourceProductionContext output, Problem problem)
    {
        SourceSpan span = problem.Span;
        LinePosition start = new(span.Line, span.Column);
        LinePosition end = new(span.Line, span.Column + span.Length);
        Location location = Location.Create(
            span.Path, new TextSpan(span.Offset, span.Length), new LinePositionSpan(start, end));
        output.ReportDiagnostic(Diagnostic.Create(DescriptorOf(problem.Kind), location, problem.Message));
    }

    private static DiagnosticDescriptor DescriptorOf(ProblemKind kind) => kind switch
    {
        ProblemKind.Name => Name,
        ProblemKind.Versions => Versions,
        ProblemKind.Field => Field,
        _ => Syntax,
    };

    private static DiagnosticDescriptor Describe(string id, string title) =>
        new(id, title, "{0}", Category, DiagnosticSeverity.Error, isEnabledByDefault: true);
}
