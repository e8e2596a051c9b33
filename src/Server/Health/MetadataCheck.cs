using Compat.Replication.Metadata;

namespace Compat.Server.Health;

/// <summary>The metadata log is followed: somebody decides for the cluster, and this node, if it is a broker, is in service.</summary>
/// <param name="image">The newest image.</param>
/// <param name="hasController">Whether a node is known that decides.</param>
/// <param name="brokerId">This node, or null if it is no broker.</param>
internal sealed class MetadataCheck(Func<MetadataImage> image, Func<bool> hasController, int? brokerId) : IHealthCheck
{
    /// <inheritdoc/>
    public string Name => "metadata";

    /// <inheritdoc/>
    public ValueTask<string?> CheckAsync(CancellationToken cancellation) => ValueTask.FromResult(
        brokerId is { } id && !image().Cluster.IsActive(id) ? "the broker is not registered, or fenced"
        : !hasController() ? "no controller decides"
        : null);
}
