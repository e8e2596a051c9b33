using Compat.Replication.Quorum.Core;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Quorum;

/// <summary>What other nodes of the quorum ask, as requests of the wire.</summary>
public sealed partial class KRaftQuorum : IQuorumServer
{
    /// <inheritdoc/>
    public async ValueTask<VoteResponse> VoteAsync(Wire.Messages.VoteRequest request, short version)
    {
        Core.VoteRequest? vote = QuorumWire.Read(request);
        (QuorumAnswer? answer, ErrorCode error) = await AnswerAsync(request.ClusterId, vote).ConfigureAwait(false);
        return answer is VoteAnswer given ? QuorumWire.Write(given, version) : new VoteResponse { ErrorCode = error };
    }

    /// <inheritdoc/>
    public async ValueTask<BeginQuorumEpochResponse> BeginQuorumEpochAsync(BeginQuorumEpochRequest request, short version)
    {
        (QuorumAnswer? answer, ErrorCode error) = await AnswerAsync(request.ClusterId, QuorumWire.Read(request)).ConfigureAwait(false);
        return answer is BeginEpochAnswer given ? QuorumWire.Write(given, version) : new BeginQuorumEpochResponse { ErrorCode = error };
    }

    /// <inheritdoc/>
    public async ValueTask<EndQuorumEpochResponse> EndQuorumEpochAsync(EndQuorumEpochRequest request, short version)
    {
        (QuorumAnswer? answer, ErrorCode error) = await AnswerAsync(request.ClusterId, QuorumWire.Read(request, version)).ConfigureAwait(false);
        return answer is EndEpochAnswer given ? QuorumWire.Write(given, version) : new EndQuorumEpochResponse { ErrorCode = error };
    }

    /// <inheritdoc/>
    public async ValueTask<FetchResponse> FetchAsync(FetchRequest request, short version)
    {
        (QuorumAnswer? answer, ErrorCode error) = await AnswerAsync(request.ClusterId, QuorumWire.Read(request, version)).ConfigureAwait(false);
        return answer is FetchLogAnswer given ? QuorumWire.Write(given, version) : new FetchResponse { ErrorCode = error };
    }

    /// <inheritdoc/>
    public async ValueTask<FetchSnapshotResponse> FetchSnapshotAsync(Wire.Messages.FetchSnapshotRequest request, short version)
    {
        (QuorumAnswer? answer, ErrorCode error) = await AnswerAsync(request.ClusterId, QuorumWire.Read(request)).ConfigureAwait(false);
        return answer is FetchSnapshotAnswer given ? QuorumWire.Write(given, version) : new FetchSnapshotResponse { ErrorCode = error };
    }

    private async ValueTask<(QuorumAnswer? Answer, ErrorCode Error)> AnswerAsync(string? clusterId, QuorumRequest? request)
    {
        ErrorCode error = _wire.Refuse(clusterId, isOfTheLog: request is not null);
        return error != ErrorCode.None
            ? (null, error)
            : (await ReceiveAsync(request!).ConfigureAwait(false), ErrorCode.BrokerNotAvailable);
    }
}
