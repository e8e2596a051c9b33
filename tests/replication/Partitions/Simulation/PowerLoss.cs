using Compat.Log.Storage;

namespace Compat.Replication.Tests.Partitions.Simulation;

/// <summary>What a loss of power does to a disk on which nothing was flushed: any tail of any log may be gone, within a batch too.</summary>
internal static class PowerLoss
{
    public static MemoryStorage Strike(MemoryStorage disk, string directory, Random random)
    {
        MemoryStorage after = disk.Copy();
        foreach (StorageEntry log in after.List(directory).Where(entry => entry.IsDirectory))
        {
            string path = Path.Combine(directory, log.Name);
            foreach (StorageEntry file in after.List(path).Where(entry => entry.Name.EndsWith(".log", StringComparison.Ordinal)))
            {
                using IStorageFile segment = after.Open(Path.Combine(path, file.Name), StorageOpenMode.Existing);
                segment.Truncate(random.Next(4) == 0 ? segment.Length : random.NextInt64(segment.Length + 1));
            }
        }
        return after;
    }
}
