namespace Compat.Server.Configuration.Sources;

/// <summary>What the defaults depend on: where the process runs.</summary>
/// <param name="IsContainer">Whether it runs in a container, where loopback would be reachable by nobody.</param>
/// <param name="DataDirectory">Where records go when nobody says.</param>
public sealed record HostProfile(bool IsContainer, string DataDirectory)
{
    private const string DockerMark = "/.dockerenv";

    /// <summary>Looks at the environment.</summary>
    /// <param name="variables">The environment variables.</param>
    /// <param name="fileExists">Whether a file exists.</param>
    /// <param name="localData">The user's directory for data of applications; empty when there is none.</param>
    public static HostProfile Detect(IReadOnlyDictionary<string, string> variables, Func<string, bool> fileExists, string localData)
    {
        bool isContainer = variables.ContainsKey("KUBERNETES_SERVICE_HOST")
            || (variables.TryGetValue("DOTNET_RUNNING_IN_CONTAINER", out string? flag) && flag.Equals("true", StringComparison.OrdinalIgnoreCase))
            || fileExists(DockerMark);
        string root = localData.Length > 0 ? localData : Path.GetFullPath(".");
        return new HostProfile(isContainer, Path.Combine(root, "compat", "data"));
    }
}
