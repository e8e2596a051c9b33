using Compat.Wire;

namespace Compat.Replication.Quorum.Core;

/// <summary>A replica of the metadata log (KIP-853): a node that lost its disk is another replica.</summary>
/// <param name="Id">Node id.</param>
/// <param name="DirectoryId">The id of its metadata log directory; zero if it is not known.</param>
internal readonly record struct ReplicaKey(int Id, Uuid DirectoryId)
{
    /// <summary>No replica.</summary>
    public static ReplicaKey None => new(-1, Uuid.Zero);

    /// <summary>True for a replica.</summary>
    public bool IsSome => Id >= 0;

    /// <summary>True if the other replica is this one as far as this key says.</summary>
    public bool Covers(ReplicaKey other) => Id == other.Id && (DirectoryId == Uuid.Zero || DirectoryId == other.DirectoryId);
}

/// <summary>Where requests of the quorum are sent.</summary>
/// <param name="Id">Node id; less than -1 for an address of controller.quorum.bootstrap.servers, whose id is not known.</param>
/// <param name="Host">Its host.</param>
/// <param name="Port">Its port.</param>
internal readonly record struct QuorumNode(int Id, string Host, int Port)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Id}@{Host}:{Port}";
}
