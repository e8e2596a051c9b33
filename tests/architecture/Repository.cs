using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Compat.Architecture.Tests;

/// <summary>The checked-out repository, found from where this file was compiled.</summary>
internal static class Repository
{
    private static readonly string[] GeneratedFolders = ["bin", "obj", "artifacts", "node_modules", "TestResults", ".git", ".vs", ".idea"];

    public static string Root { get; } = FindRoot();

    public static string PathOf(string relativePath) => Path.Combine(Root, relativePath);

    /// <summary>Paths relative to the root, with forward slashes, of every file that a commit would hold.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    public static IEnumerable<string> FilesUnder(string folder, string extension) =>
        Files.Where(path => path.StartsWith(folder + "/", StringComparison.Ordinal) && path.EndsWith(extension, StringComparison.Ordinal));

    /// <summary>The product's projects by folder name: Wire, Log and so on.</summary>
    public static IReadOnlyList<string> SourceProjects { get; } =
        [.. Directory.GetDirectories(PathOf("src")).Select(Path.GetFileName).OfType<string>()
            .Where(name => File.Exists(PathOf($"src/{name}/{name}.csproj"))).Order(StringComparer.Ordinal)];

    public static IEnumerable<(int Line, string Text)> LinesOf(string path) =>
        File.ReadLines(PathOf(path)).Select((text, index) => (index + 1, text));

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        string? folder = Path.GetDirectoryName(thisFile);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Compat.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"no Compat.sln above {thisFile}");
    }

    /// <summary>
    /// What git tracks or would track. A source archive without git falls back to the files on disk.
    /// </summary>
    private static List<string> ListFiles()
    {
        IEnumerable<string> paths = Directory.Exists(PathOf(".git")) || File.Exists(PathOf(".git"))
            ? GitFiles()
            : Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'));
        return [.. paths.Where(IsOurs).Where(path => File.Exists(PathOf(path))).Distinct().Order(StringComparer.Ordinal)];
    }

    private static bool IsOurs(string path) => !path.Split('/').Any(GeneratedFolders.Contains);

    private static string[] GitFiles()
    {
        ProcessStartInfo start = new("git")
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            ArgumentList = { "ls-files", "--cached", "--others", "--exclude-standard", "-z" },
        };
        using Process git = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }
}
