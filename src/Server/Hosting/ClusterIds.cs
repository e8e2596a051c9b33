using Compat.Log;
using Compat.Wire;

namespace Compat.Server.Hosting;

/// <summary>The id of the cluster: what the data directories remember, else what the configuration says, else a new one.</summary>
internal static class ClusterIds
{
    /// <summary>Finds the id.</summary>
    /// <exception cref="BrokerStartException">The configuration says another than the data directories, or none although there are other nodes.</exception>
    /// <exception cref="LogDirectoryException">A data directory says nothing usable.</exception>
    public static string Find(BrokerOptions options)
    {
        string? configured = options.Config.Node.ClusterId;
        foreach (string directory in options.Config.Storage.LogDirs)
        {
            if (MetaProperties.Read(options.Storage, directory)?.ClusterId is not string remembered)
            {
                continue;
            }

            return configured is null || configured == remembered
                ? remembered
                : throw new BrokerStartException($"cluster.id: {directory} belongs to the cluster {remembered}, not to {configured}");
        }

        if (configured is null && options.Config.Quorum.HasOthers)
        {
            throw new BrokerStartException("cluster.id (CLUSTER_ID) has to be set, the same on every node of the cluster: a new node cannot make one up among others");
        }

        return configured ?? Uuid.Create(options.CreateRandom()).ToString();
    }
}
