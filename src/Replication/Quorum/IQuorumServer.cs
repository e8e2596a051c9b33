using Compat.Wire.Messages;

namespace Compat.Replication.Quorum;

/// <summary>
/// What a node of the metadata quorum answers to the others. Errors are fields of the answers; a node that stops answers
/// BROKER_NOT_AVAILABLE.
/// </summary>
public interface IQuorumServer
{
    /// <summary>A candidate asks for a vote, or whether there would be one.</summary>
    ValueTask<VoteResponse> VoteAsync(VoteRequest request, short version);

    /// <summary>The leader of an epoch makes itself known.</summary>
    ValueTask<BeginQuorumEpochResponse> BeginQuorumEpochAsync(BeginQuorumEpochRequest request, short version);

    /// <summary>The leader of an epoch steps down.</summary>
    ValueTask<EndQuorumEpochResponse> EndQuorumEpochAsync(EndQuorumEpochRequest request, short version);

    /// <summary>A replica of the metadata log asks for more of it; the answer waits for news as long as the request says.</summary>
    ValueTask<FetchResponse> FetchAsync(FetchRequest request, short version);

    /// <summary>A replica asks for a piece of a snapshot.</summary>
    ValueTask<FetchSnapshotResponse> FetchSnapshotAsync(FetchSnapshotRequest request, short version);
}
