namespace Compat.Replication.Metadata;

/// <summary>
/// Is told of every new image, before anybody waits no longer for it. Called by <see cref="MetadataLoader"/> from one
/// logical thread; the calls of several publishers are in the order in which they were added.
/// </summary>
public interface IMetadataPublisher
{
    /// <summary>Follows a change. What it throws is fatal to the process.</summary>
    /// <param name="delta">What changed.</param>
    /// <param name="image">The state now.</param>
    void OnMetadataUpdate(MetadataDelta delta, MetadataImage image);
}
