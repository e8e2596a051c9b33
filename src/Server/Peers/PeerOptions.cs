namespace Compat.Server.Peers;

/// <summary>How a node connects to others.</summary>
internal sealed record PeerOptions
{
    /// <summary>The client id that requests name.</summary>
    public required string ClientId { get; init; }

    /// <summary>This node's software version.</summary>
    public required string SoftwareVersion { get; init; }

    /// <summary>The most that connecting and the exchange of versions may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause after a first failure; it doubles with every further one.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMilliseconds(500);
}
