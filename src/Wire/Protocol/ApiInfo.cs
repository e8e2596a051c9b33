namespace Compat.Wire;

/// <summary>The listeners that serve an API.</summary>
[Flags]
public enum ApiListeners
{
    /// <summary>Listeners of brokers.</summary>
    Broker = 1,

    /// <summary>Listeners of controllers.</summary>
    Controller = 2,
}

/// <summary>What the protocol says about an API.</summary>
/// <param name="Key">The API's key.</param>
/// <param name="MinVersion">The first version with a schema.</param>
/// <param name="MaxVersion">The last version with a schema, which may be one that still changes.</param>
/// <param name="AdvertisedMin">
/// The first version to name in ApiVersions. It is lower than <paramref name="MinVersion"/> for Produce, whose old versions are refused:
/// older librdkafka turns compression off when they are not named (KAFKA-18659).
/// </param>
/// <param name="FirstFlexibleRequest">The first version with a flexible request; <see cref="short.MaxValue"/> for none.</param>
/// <param name="FirstFlexibleResponse">The first version with a flexible response; <see cref="short.MaxValue"/> for none.</param>
/// <param name="IsLatestUnstable">True when the last version may still change and is not advertised.</param>
/// <param name="Listeners">The listeners that serve it.</param>
public readonly record struct ApiInfo(
    ApiKey Key,
    short MinVersion,
    short MaxVersion,
    short AdvertisedMin,
    short FirstFlexibleRequest,
    short FirstFlexibleResponse,
    bool IsLatestUnstable,
    ApiListeners Listeners)
{
    /// <summary>The last version that no longer changes, and so the last to name in ApiVersions.</summary>
    public short LatestStableVersion => IsLatestUnstable ? (short)(MaxVersion - 1) : MaxVersion;

    /// <summary>True when the version has a schema.</summary>
    public bool Supports(short version) => version >= MinVersion && version <= MaxVersion;
}
