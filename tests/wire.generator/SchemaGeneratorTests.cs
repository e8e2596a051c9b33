using Microsoft.CodeAnalysis;

namespace Compat.Wire.Generator.Tests;

public class SchemaGeneratorTests
{
    private const string Types = "type Name string";
    private const string Lend = "# Lends.\napi 7 Lend on broker\nrequest 0\n  Title Name\nresponse 0\n";
    private const string Book = "data Book 0\n  Title Name\n";

    [Fact]
    public void Each_page_gives_one_file_and_all_give_the_catalog()
    {
        GeneratorRun run = new(("Types.kapi", Types), ("07.Lend.kapi", Lend), ("Book.kapi", Book), ("notes.txt", "Not a page."));

        Assert.Equal(
            ["07.Lend.g.cs", "ApiCatalog.g.cs", "ApiKey.g.cs", "Book.g.cs", "MetadataRecords.g.cs"],
            run.Result.GeneratedSources.Select(source => source.HintName).Order(StringComparer.Ordinal));
        Assert.Empty(run.Result.Diagnostics);
        Assert.Contains("Lend = 7,", run.Source("ApiKey.g.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_is_an_error_on_the_page_s_own_line()
    {
        GeneratorRun run = new(("Types.kapi", Types), ("Book.kapi", "data Book 0\n  Title Name\n  Pages many\n"));

        Diagnostic error = Assert.Single(run.Result.Diagnostics);
        FileLinePositionSpan place = error.Location.GetLineSpan();
        Assert.Equal(DiagnosticSeverity.Error, error.Severity);
        Assert.Equal("KAPI002", error.Id);
        Assert.Equal(("Book.kapi", 2, 2), (place.Path, place.StartLinePosition.Line, place.StartLinePosition.Character));
        Assert.DoesNotContain(run.Result.GeneratedSources, source => source.HintName == "Book.g.cs");
    }

    [Fact]
    public void A_page_that_did_not_change_is_not_emitted_again()
    {
        GeneratorRun run = new(("Types.kapi", Types), ("07.Lend.kapi", Lend), ("Book.kapi", Book));

        run.Change("Book.kapi", "data Book 0\n  Title Name\n  Pages int32\n");

        Assert.Equal(1, run.Reasons(SchemaGenerator.ReadStep).Count(IsWork));
        Assert.Equal(1, run.Reasons(SchemaGenerator.PageStep).Count(IsWork));
        Assert.Equal(1, run.OutputReasons().Count(IsWork));
        Assert.Contains("Pages", run.Source("Book.g.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_comment_changes_no_file()
    {
        GeneratorRun run = new(("Types.kapi", Types), ("07.Lend.kapi", Lend), ("Book.kapi", Book));

        run.Change("Book.kapi", "data Book 0\n\n  # What is on the cover.\n  Title   Name\n");

        Assert.DoesNotContain(run.Reasons(SchemaGenerator.PageStep), IsWork);
        Assert.DoesNotContain(run.OutputReasons(), IsWork);
    }

    [Fact]
    public void A_new_domain_type_is_looked_up_by_every_page_and_emits_none()
    {
        GeneratorRun run = new(("Types.kapi", Types), ("07.Lend.kapi", Lend), ("Book.kapi", Book));

        run.Change("Types.kapi", Types + "\ntype Epoch int32");

        Assert.DoesNotContain(run.OutputReasons(), IsWork);
    }

    [Fact]
    public void A_domain_type_that_changes_reaches_the_pages_that_use_it()
    {
        GeneratorRun run = new(("Types.kapi", Types), ("Book.kapi", Book));

        run.Change("Types.kapi", "type Name bytes");

        Assert.Contains("ReadOnlyMemory<byte> Title", run.Source("Book.g.cs"), StringComparison.Ordinal);
    }

    private static bool IsWork(IncrementalStepRunReason reason) =>
        reason is IncrementalStepRunReason.New or IncrementalStepRunReason.Modified;
}
