using Compat.Replication.Metadata;
using Compat.Replication.Partitions;

namespace Compat.Server.Fetching;

/// <summary>
/// Sends clients to a replica in their own rack (KIP-392), as Kafka's RackAwareReplicaSelector does: to the leader if it is
/// there, else to the follower in sync that has most, and of those to the one that had everything last.
/// </summary>
internal sealed class PreferredReplicas
{
    private readonly Func<ClusterImage> _cluster;

    public PreferredReplicas(Func<ClusterImage> cluster) => _cluster = cluster;

    /// <summary>The broker that the client had better ask; null if that is this one.</summary>
    /// <param name="partition">The partition; only its leader knows better than the client.</param>
    /// <param name="fetchOffset">Where the client reads.</param>
    /// <param name="rack">The client's rack; empty if it has none.</param>
    public int? Choose(Partition partition, long fetchOffset, string rack)
    {
        if (rack.Length == 0 || !partition.IsLeader || IsIn(rack, partition.LeaderId))
        {
            return null;
        }

        (int BrokerId, long LogEndOffset, long LastCaughtUpMs)[] near =
            [.. partition.ReadableFollowers(fetchOffset).Where(follower => IsIn(rack, follower.BrokerId))];
        return near.Length == 0 ? null : near.MaxBy(follower => (follower.LogEndOffset, follower.LastCaughtUpMs)).BrokerId;
    }

    private bool IsIn(string rack, int brokerId) =>
        _cluster().TryGetBroker(brokerId, out BrokerRegistration? broker) && broker.IsActive && broker.Rack == rack;
}
