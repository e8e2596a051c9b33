namespace Compat.Server.Configuration.Sources;

/// <summary>Everything a broker's configuration is made from, the weakest first.</summary>
public sealed record ConfigInputs
{
    /// <summary>Where the process runs.</summary>
    public required HostProfile Host { get; init; }

    /// <summary>The assignments of <c>server.properties</c>.</summary>
    public IReadOnlyList<ConfigAssignment> File { get; init; } = [];

    /// <summary>The assignments of environment variables.</summary>
    public IReadOnlyList<ConfigAssignment> Environment { get; init; } = [];

    /// <summary>The assignments of the command line.</summary>
    public IReadOnlyList<ConfigAssignment> Overrides { get; init; } = [];
}
