using Compat.Replication.Metadata;

namespace Compat.Server.Health;

/// <summary>The metadata log was replayed, and the cluster it describes has a deciding controller and this broker in service.</summary>
/// <param name="image">The newest image.</param>
/// <param name="isControllerActive">Whether this node decides.</param>
/// <param name="nodeId">This node.</param>
internal sealed class MetadataCheck(Func<MetadataImage> image, Func<bool> isControllerActive, int nodeId) : IHealthCheck
{
    /// <inheritdoc/>
    public string Name => "metadata";

    /// <inheritdoc/>
    public ValueTask<string?> CheckAsync(CancellationToken cancellation) => ValueTask.FromResult(
        !image().Cluster.IsActive(nodeId) ? "the broker is not registered, or fenced"
        : !isControllerActive() ? "no controller decides"
        : null);
}
