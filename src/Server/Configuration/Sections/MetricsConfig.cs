namespace Compat.Server.Configuration;

/// <summary>Where metrics and health are served over HTTP.</summary>
public sealed record MetricsConfig
{
    /// <summary>metrics.port: the port, 0 for a free one, null for not at all.</summary>
    public required int? Port { get; init; }

    /// <summary>metrics.host: the address, or null for every address.</summary>
    public required string? Host { get; init; }

    internal static MetricsConfig From(ConfigValues values) => new()
    {
        Port = values.Optional<int?>("metrics.port"),
        Host = values.Optional<string>("metrics.host"),
    };
}
