using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Compat.Architecture.Tests;

public partial class LayerTests
{
    public static TheoryData<string> Projects => Layers.Projects;

    [Fact]
    public void Every_source_project_has_a_place_in_the_layers() =>
        Assert.Equal(Layers.MayUse.Keys.Order(StringComparer.Ordinal), Repository.SourceProjects);

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_lies_below_it(string project)
    {
        string[] references = [.. XDocument.Load(Repository.PathOf($"src/{project}/{project}.csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(((string?)reference.Attribute("Include") ?? "").Replace('\\', '/')))];

        Rule.Holds(references.Except(Layers.MayUse[project]), $"src/{project} may use only {string.Join(", ", Layers.MayUse[project])}.");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_built_assembly_references_only_what_lies_below_it(string project)
    {
        string path = Path.Combine(AppContext.BaseDirectory, Layers.AssemblyNameOf(project) + ".dll");
        if (project == "Wire.Generator")
        {
            Assert.False(File.Exists(path), "the generator runs in the compiler and must not reach the product");
            return;
        }

        string[] allowed = [.. Layers.MayUse[project].Select(Layers.AssemblyNameOf)];
        string[] ours = [.. Repository.SourceProjects.Select(Layers.AssemblyNameOf)];

        Rule.Holds(ReferencesOf(path).Intersect(ours).Except(allowed), $"src/{project} may use only {string.Join(", ", allowed)}.");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Code_names_only_namespaces_that_lie_below_it(string project)
    {
        // The generator writes names of Wire into the code it emits; what it uses itself, its assembly references show.
        if (project == "Wire.Generator")
        {
            return;
        }

        string[] forbidden = [.. Repository.SourceProjects.Where(other => other != project && !Layers.MayUse[project].Contains(other))];
        List<string> offences = [];
        foreach (string path in Repository.FilesUnder($"src/{project}", ".cs"))
        {
            foreach ((int line, string text) in Repository.LinesOf(path))
            {
                offences.AddRange(NamespaceUse().Matches(text)
                    .Where(match => forbidden.Any(other => IsOrIsIn(match.Groups[1].Value, other)))
                    .Where(match => !IsOrIsIn(match.Groups[1].Value, project))
                    .Select(match => $"{path}:{line}: {match.Value}"));
            }
        }

        Rule.Holds(offences, $"src/{project} may use only {string.Join(", ", Layers.MayUse[project])}.");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_file_declares_a_namespace_of_its_project(string project)
    {
        string expected = "Compat." + project;
        List<string> offences = [];
        foreach (string path in Repository.FilesUnder($"src/{project}", ".cs"))
        {
            offences.AddRange(Repository.LinesOf(path)
                .Select(line => NamespaceDeclaration().Match(line.Text))
                .Where(match => match.Success && match.Groups[1].Value != expected
                    && !match.Groups[1].Value.StartsWith(expected + ".", StringComparison.Ordinal)
                    && !IsPolyfill(match.Groups[1].Value))
                .Select(match => $"{path}: {match.Groups[1].Value}"));
        }

        Rule.Holds(offences, $"Namespaces in src/{project} begin with {expected}.");
    }

    [Fact]
    public void Internals_are_visible_only_to_a_project_s_own_tests()
    {
        List<string> offences = [];
        foreach (string path in Repository.Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal)
            || path.EndsWith(".csproj", StringComparison.Ordinal) || path.EndsWith(".props", StringComparison.Ordinal)))
        {
            if (path.StartsWith("tests/architecture/", StringComparison.Ordinal))
            {
                continue;
            }

            offences.AddRange(Repository.LinesOf(path)
                .Where(line => line.Text.Contains("InternalsVisibleTo", StringComparison.Ordinal))
                .Where(line => !TestFriend().IsMatch(line.Text))
                .Select(line => $"{path}:{line.Line}: {line.Text.Trim()}"));
        }

        Rule.Holds(offences, "Only a test assembly may be named a friend.");
    }

    private static bool IsOrIsIn(string used, string project) =>
        used == project || used.StartsWith(project + ".", StringComparison.Ordinal);

    /// <summary>Attributes the compiler looks for by name and netstandard2.0 lacks.</summary>
    private static bool IsPolyfill(string declared) => declared.StartsWith("System.", StringComparison.Ordinal);

    private static List<string> ReferencesOf(string assemblyPath)
    {
        using PEReader image = new(File.OpenRead(assemblyPath));
        MetadataReader metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    [GeneratedRegex(@"\bCompat\.((?:Wire\.Generator|Wire|Log|Replication|Coordination|Server|Testing)\b[\w.]*)")]
    private static partial Regex NamespaceUse();

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)")]
    private static partial Regex NamespaceDeclaration();

    [GeneratedRegex("""InternalsVisibleTo(\(|\s+Include=)"(Compat\.[\w.]*Tests|Compat\.Simulation|DynamicProxyGenAssembly2)""")]
    private static partial Regex TestFriend();
}
