using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Compat.Wire.Generator.Tests;

/// <summary>Runs the generator over pages in memory, and again after a page has changed.</summary>
internal sealed class GeneratorRun
{
    private static readonly CSharpCompilation Compilation = CSharpCompilation.Create("Pages");

    private readonly Dictionary<string, Page> _pages;
    private GeneratorDriver _driver;

    public GeneratorRun(params (string Path, string Text)[] pages)
    {
        _pages = pages.ToDictionary(page => page.Path, page => new Page(page.Path, page.Text));
        _driver = CSharpGeneratorDriver.Create(
            [new SchemaGenerator().AsSourceGenerator()],
            _pages.Values,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        Run();
    }

    public GeneratorRunResult Result => _driver.GetRunResult().Results.Single();

    public void Change(string path, string text)
    {
        Page changed = new(path, text);
        _driver = _driver.ReplaceAdditionalText(_pages[path], changed);
        _pages[path] = changed;
        Run();
    }

    public string Source(string name) => Result.GeneratedSources.Single(source => source.HintName == name).SourceText.ToString();

    /// <summary>Why each output of a step is what it is, in the order of pages.</summary>
    public IEnumerable<IncrementalStepRunReason> Reasons(string step) =>
        Result.TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason);

    /// <summary>Why each emitted file is what it is.</summary>
    public IEnumerable<IncrementalStepRunReason> OutputReasons() =>
        Result.TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(run => run.Outputs).Select(output => output.Reason);

    private void Run() => _driver = _driver.RunGenerators(Compilation);

    private sealed class Page(string path, string text) : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }
}
