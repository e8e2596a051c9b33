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
    /// <summary>The metadata version that the records are written in.</summary>
    public MetadataVersion MetadataVersion => Image.Features.EffectiveMetadataVersion;
}

/// <summary>What a decision comes to.</summary>
/// <param name="Records">Records that take effect together; none if nothing changes.</param>
/// <param name="Response">The answer once they are committed.</param>
/// <typeparam name="TResponse">The type of the answer.</typeparam>
public readonly record struct Decision<TResponse>(IReadOnlyList<MetadataRecord> Records, TResponse Response)
{
    /// <summary>True if the records may be split into several batches, because repeating the request repairs a part.</summary>
    public bool MayBeSplit { get; init; }

    /// <summary>A decision that changes nothing.</summary>
    public static Decision<TResponse> Unchanged(TResponse response) => new([], response);
}
