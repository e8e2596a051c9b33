using Compat.Wire;

namespace Compat.Replication.Metadata;

/// <summary>Reserved values where a log directory's id is expected (KIP-858).</summary>
public static class DirectoryIds
{
    /// <summary>The partition was made before directories had ids.</summary>
    public static Uuid Migrating => Uuid.Zero;

    /// <summary>The broker has not said yet in which of its directories the replica is.</summary>
    public static Uuid Unassigned { get; } = new(0, 1);

    /// <summary>The directory is one of those that the broker lost.</summary>
    public static Uuid Lost { get; } = new(0, 2);

    /// <summary>True if no directory may have this id: Kafka keeps the first hundred for itself.</summary>
    public static bool IsReserved(Uuid id) => id.High == 0 && id.Low < 100;

    /// <summary>True if a replica in this directory can be served by a broker that has these directories.</summary>
    public static bool IsOnline(Uuid directory, IReadOnlyCollection<Uuid> brokerDirectories)
    {
        if (directory == Unassigned || directory == Migrating)
        {
            return true;
        }
        // A broker that registered before directories had ids names none; it would not run with all of them lost.
        return directory != Lost && (brokerDirectories.Count == 0 || brokerDirectories.Contains(directory));
    }
}
