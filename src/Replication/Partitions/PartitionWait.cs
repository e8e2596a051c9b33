using Compat.Wire;

namespace Compat.Replication.Partitions;

/// <summary>
/// One wait at a partition for an outcome: records that become committed, flushed, or deleted everywhere. Only made when it
/// is not there yet, that is, with other replicas or with <c>flush.messages</c>.
/// </summary>
internal sealed class PartitionWait : IPartitionWaiter
{
    private readonly TaskCompletionSource<ErrorCode> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Partition _partition;
    private readonly Func<Partition, ErrorCode?> _findOutcome;

    /// <param name="partition">Where to wait.</param>
    /// <param name="findOutcome">The outcome; null while there is none.</param>
    public PartitionWait(Partition partition, Func<Partition, ErrorCode?> findOutcome)
    {
        _partition = partition;
        _findOutcome = findOutcome;
    }

    /// <summary>Waits; REQUEST_TIMED_OUT if it takes too long.</summary>
    public async ValueTask<ErrorCode> WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellation)
    {
        _partition.AddWaiter(this);
        try
        {
            // What happened between the caller's look and the registration has called nobody.
            OnChanged(_partition);
            return await _completion.Task.WaitAsync(timeout, time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return ErrorCode.RequestTimedOut;
        }
        finally
        {
            _partition.RemoveWaiter(this);
        }
    }

    public void OnChanged(Partition partition)
    {
        if (_findOutcome(partition) is { } outcome)
        {
            _completion.TrySetResult(outcome);
        }
    }
}
