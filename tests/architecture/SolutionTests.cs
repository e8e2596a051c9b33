using System.Xml.Linq;

namespace Compat.Architecture.Tests;

public class SolutionTests
{
    public static TheoryData<string> Projects => Layers.Projects;

    [Fact]
    public void The_solution_contains_every_project()
    {
        string solution = File.ReadAllText(Repository.PathOf("Compat.sln")).Replace('\\', '/');

        Rule.Holds(
            Repository.Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal))
                .Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal)),
            "Add the project to Compat.sln.");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_source_project_has_a_readme_that_says_what_it_is(string project)
    {
        string path = Repository.PathOf($"src/{project}/README.md");

        Assert.True(File.Exists(path), $"src/{project}/README.md is missing");
        Assert.True(File.ReadAllText(path).Length > 300, $"src/{project}/README.md says too little: purpose, surface, invariants, main types");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_source_project_has_a_test_project_that_mirrors_it(string project) =>
        Assert.Contains($"tests/{project.ToLowerInvariant()}/{project}.Tests.csproj", Repository.Files);

    [Fact]
    public void Every_test_project_holds_tests()
    {
        foreach (string project in Repository.FilesUnder("tests", ".Tests.csproj"))
        {
            string folder = Path.GetDirectoryName(project)!.Replace('\\', '/');
            Assert.Contains(Repository.FilesUnder(folder, ".cs"),
                path => Repository.LinesOf(path).Any(line => line.Text.Contains("[Fact", StringComparison.Ordinal) || line.Text.Contains("[Theory", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Package_versions_stand_in_one_place()
    {
        List<string> offences = [];
        foreach (string path in Repository.Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)))
        {
            offences.AddRange(XDocument.Load(Repository.PathOf(path)).Descendants("PackageReference")
                .Where(reference => reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null)
                .Select(reference => $"{path}: {(string?)reference.Attribute("Include")}"));
        }

        Rule.Holds(offences, "Versions stand in Directory.Packages.props alone.");
    }

    [Fact]
    public void No_package_version_is_named_that_nobody_uses()
    {
        HashSet<string> used = [.. Repository.Files
            .Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) || path.EndsWith(".props", StringComparison.Ordinal) || path.EndsWith(".targets", StringComparison.Ordinal))
            .SelectMany(path => XDocument.Load(Repository.PathOf(path)).Descendants("PackageReference"))
            .Select(reference => (string?)reference.Attribute("Include") ?? "")];

        // Versions of packages that only others ask for are pinned in a group whose label says so.
        Rule.Holds(
            XDocument.Load(Repository.PathOf("Directory.Packages.props")).Descendants("PackageVersion")
                .Where(version => !((string?)version.Parent?.Attribute("Label") ?? "").StartsWith("Pinned", StringComparison.Ordinal))
                .Select(version => (string?)version.Attribute("Include") ?? "")
                .Where(package => !used.Contains(package)),
            "Remove the version from Directory.Packages.props.");
    }

    [Fact]
    public void What_a_reader_looks_for_first_is_there() =>
        Rule.Holds(
            new[]
            {
                "README.md", "Dockerfile", "docs/ARCHITECTURE.md", ".ci/run", "global.json", ".editorconfig",
                "Directory.Build.props", "Directory.Packages.props", "Compat.sln",
            }.Except(Repository.Files),
            "These files are missing.");
}
