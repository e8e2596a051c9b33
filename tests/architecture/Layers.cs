namespace Compat.Architecture.Tests;

/// <summary>The layer rule: what each project of src may use. It is the only copy of it in code.</summary>
internal static class Layers
{
    public static IReadOnlyDictionary<string, string[]> MayUse { get; } = new Dictionary<string, string[]>
    {
        ["Wire.Generator"] = [],
        ["Wire"] = ["Wire.Generator"],
        ["Log"] = ["Wire"],
        ["Replication"] = ["Wire", "Log"],
        ["Coordination"] = ["Wire", "Log", "Replication"],
        ["Server"] = ["Wire", "Log", "Replication", "Coordination"],
        ["Testing"] = ["Wire", "Log", "Replication", "Coordination", "Server"],
    };

    public static string AssemblyNameOf(string project) => project == "Server" ? "compat" : "Compat." + project;

    public static TheoryData<string> Projects => [.. Repository.SourceProjects];
}
