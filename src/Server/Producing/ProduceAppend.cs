using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Producing;

/// <summary>The answer of a Produce in the making, and the appends that have to be committed before it leaves.</summary>
internal sealed class ProduceAppend
{
    private List<(Partition Partition, long Offset, ProduceResponse.PartitionProduceResponse Response)>? _uncommitted;

    /// <summary>The answer.</summary>
    public ProduceResponse Response { get; } = new();

    /// <summary>Has the answer wait until everything below <paramref name="offset"/> is committed.</summary>
    public void Add(Partition partition, long offset, ProduceResponse.PartitionProduceResponse response)
    {
        if (partition.HighWatermark < offset)
        {
            (_uncommitted ??= []).Add((partition, offset, response));
        }
    }

    /// <summary>Completes with the answer once all appends are committed, or have failed to be within the time.</summary>
    public ValueTask<ProduceResponse?> WaitUntilCommittedAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _uncommitted is null ? ValueTask.FromResult<ProduceResponse?>(Response) : WaitAsync(_uncommitted, timeout, cancellationToken);

    private async ValueTask<ProduceResponse?> WaitAsync(
        List<(Partition Partition, long Offset, ProduceResponse.PartitionProduceResponse Response)> uncommitted,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        // All wait at once: the time is that of the request and not of each partition.
        Task<ErrorCode>[] waits = [.. uncommitted.Select(each => each.Partition.WaitUntilCommittedAsync(each.Offset, timeout, cancellationToken).AsTask())];
        for (int i = 0; i < waits.Length; i++)
        {
            ErrorCode code = await waits[i];
            if (code != ErrorCode.None)
            {
                ProduceResponse.PartitionProduceResponse response = uncommitted[i].Response;
                response.ErrorCode = code;
                response.ErrorMessage = ErrorCodes.Message(code);
            }
        }

        return Response;
    }
}
