using Compat.Log;
using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Producing;

/// <summary>
/// The answer of a Produce in the making, and the appends that have to be committed before it leaves, or with acks=1 only
/// flushed, where <c>flush.messages</c> promises that.
/// </summary>
internal sealed class ProduceAppend(short requiredAcks)
{
    private const short AllInSync = -1;

    private List<Unacknowledged>? _waiting;

    /// <summary>The answer.</summary>
    public ProduceResponse Response { get; } = new();

    /// <summary>Has the answer wait until an append may be acknowledged.</summary>
    public void Add(Partition partition, in AppendResult result, ProduceResponse.PartitionProduceResponse response)
    {
        if ((requiredAcks == AllInSync ? partition.HighWatermark : partition.Log.AcknowledgeableOffset) <= result.LastOffset)
        {
            (_waiting ??= []).Add(new(partition, result.LastOffset + 1, result.LeaderEpoch, response));
        }
    }

    /// <summary>Completes with the answer once all appends may be acknowledged, or have failed to be within the time.</summary>
    public ValueTask<ProduceResponse?> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _waiting is null ? ValueTask.FromResult<ProduceResponse?>(Response) : WaitAsync(_waiting, timeout, cancellationToken);

    private async ValueTask<ProduceResponse?> WaitAsync(
        List<Unacknowledged> waiting,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        // All wait at once: the time is that of the request and not of each partition.
        Task<ErrorCode>[] waits = [.. waiting.Select(each => WaitAsync(each, timeout, cancellationToken).AsTask())];
        for (int i = 0; i < waits.Length; i++)
        {
            ErrorCode code = await waits[i];
            if (code != ErrorCode.None)
            {
                ProduceResponse.PartitionProduceResponse response = waiting[i].Response;
                response.ErrorCode = code;
                response.ErrorMessage = ErrorCodes.Message(code);
            }
        }

        return Response;
    }

    private ValueTask<ErrorCode> WaitAsync(Unacknowledged append, TimeSpan timeout, CancellationToken cancellationToken) =>
        requiredAcks == AllInSync
            ? append.Partition.WaitUntilCommittedAsync(append.Offset, append.LeaderEpoch, timeout, cancellationToken)
            : append.Partition.WaitUntilFlushedAsync(append.Offset, append.LeaderEpoch, timeout, cancellationToken);

    private readonly record struct Unacknowledged(
        Partition Partition, long Offset, int LeaderEpoch, ProduceResponse.PartitionProduceResponse Response);
}
