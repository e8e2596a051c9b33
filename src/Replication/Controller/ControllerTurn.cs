using Compat.Replication.Metadata;

namespace Compat.Replication.Controller;

/// <summary>
/// What a decision may look at: everything comes in with the turn, so that the same turn and request always give the
/// same decision.
/// </summary>
/// <param name="Image">The state that the decision follows: committed records and those appended before it.</param>
/// <param name="Options">The configuration of the controller.</param>
/// <param name="Configs">What is known about configurations.</param>
/// <param name="Random">The source of new ids and of where a placement begins.</param>
/// <param name="NextOffset">The offset that the first record of the decision will have at least.</param>
public sealed record ControllerTurn(
    MetadataImage Image,
    ControllerOptions Options,
    IConfigValidator Configs,
    Random Random,
    long NextOffset)
{
    /// <summary>When the brokers were last heard of, as the active controller knows it.</summary>
    public BrokerSessions Sessions { get; init; } = BrokerSessions.None;

    /// <summary>The time on a clock that never goes back; says something only against other times of the same controller.</summary>
    public TimeSpan Now { get; init; }

    /// <summary>The level of kraft.version, which the quorum keeps.</summary>
    public short KRaftVersion { get; init; }

    /// <summary>The node ids of the quorum's voters.</summary>
    public IReadOnlyList<int> Voters { get; init; } = [];

    /// <summary>The metadata version that the records are written in.</summary>
    public MetadataVersion MetadataVersion => Image.Features.EffectiveMetadataVersion;

    /// <summary>True if it is kept which replicas outside the ISR may lead without loss (KIP-966).</summary>
    public bool HasEligibleLeaderReplicas => Image.Features.LevelOf(FeatureCatalog.EligibleLeaderReplicas) > 0;

    /// <summary>The turn after some records, for a decision that goes on from what it has decided.</summary>
    internal ControllerTurn After(params IReadOnlyCollection<MetadataRecord> records)
    {
        var delta = new MetadataDelta(Image);
        foreach (MetadataRecord record in records)
        {
            delta.Replay(record);
        }
        return this with { Image = delta.Apply(Image.Provenance), NextOffset = NextOffset + records.Count };
    }
}

/// <summary>What a decision comes to.</summary>
/// <param name="Records">Records that take effect together; none if nothing changes.</param>
/// <param name="Response">The answer once they are committed.</param>
/// <typeparam name="TResponse">The type of the answer.</typeparam>
public readonly record struct Decision<TResponse>(IReadOnlyList<MetadataRecord> Records, TResponse Response)
{
    /// <summary>True if the records may be split into several batches, because repeating the request repairs a part.</summary>
    public bool MayBeSplit { get; init; }

    /// <summary>
    /// What becomes of the sessions, given the offset of the last record of the log with the decision's own; null if
    /// they stay as they are.
    /// </summary>
    public Func<long, BrokerSessions>? Sessions { get; init; }

    /// <summary>A decision that changes nothing.</summary>
    public static Decision<TResponse> Unchanged(TResponse response) => new([], response);
}
