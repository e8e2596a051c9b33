namespace Compat.Replication.Quorum;

/// <summary>Who leads the metadata quorum.</summary>
/// <param name="LeaderId">Node id of the leader, -1 while none is known.</param>
/// <param name="Epoch">The epoch, which rises with every election.</param>
public readonly record struct LeaderAndEpoch(int LeaderId, int Epoch)
{
    /// <summary>Nobody, before the first election.</summary>
    public static LeaderAndEpoch None => new(-1, 0);

    /// <summary>True if somebody leads.</summary>
    public bool HasLeader => LeaderId >= 0;

    /// <summary>True if this node leads.</summary>
    public bool IsLeader(int nodeId) => HasLeader && LeaderId == nodeId;
}
