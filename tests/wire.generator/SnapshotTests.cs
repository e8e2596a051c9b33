using System.Runtime.CompilerServices;

namespace Compat.Wire.Generator.Tests;

/// <summary>
/// Holds the emitted code of a small page against files, so that a reviewer sees what a change of the emitter does to the code.
/// With UPDATE_SNAPSHOTS=1 in the environment the files are written anew.
/// </summary>
public class SnapshotTests
{
    private readonly GeneratorRun _run = new(
        ("07.Lend.kapi", File.ReadAllText(PathOf("07.Lend.kapi"))),
        ("Types.kapi", File.ReadAllText(PathOf("Types.kapi"))));

    [Theory]
    [InlineData("07.Lend")]
    [InlineData("ApiKey")]
    [InlineData("ApiCatalog")]
    public void The_emitted_code_is_as_recorded(string name)
    {
        Assert.Empty(_run.Result.Diagnostics);
        string code = _run.Source(name + ".g.cs");
        string path = PathOf(name + ".g.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(path, code);
        }

        Assert.Equal(File.ReadAllText(path), code);
    }

    private static string PathOf(string name, [CallerFilePath] string source = "") =>
        Path.Combine(Path.GetDirectoryName(source)!, "Snapshots", name);
}
