using Compat.Wire;

namespace Compat.Replication.Partitions;

/// <summary>
/// One wait for a commit or a flush. Only made when it has not happened yet, that is, with other replicas in sync or
/// with <c>flush.messages</c>.
/// </summary>
internal sealed class CommitWait : IPartitionWaiter
{
    private readonly TaskCompletionSource<ErrorCode> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Partition _partition;
    private readonly int _leaderEpoch;
    private readonly long _offset;
    private readonly bool _isForAll;

    public CommitWait(Partition partition, int leaderEpoch, long offset, bool isForAll)
    {
        _partition = partition;
        _leaderEpoch = leaderEpoch;
        _offset = offset;
        _isForAll = isForAll;
    }

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
        if (!partition.IsLeader || partition.LeaderEpoch != _leaderEpoch)
        {
            _completion.TrySetResult(ErrorCode.NotLeaderOrFollower);
        }
        else if (IsReached(partition))
        {
            _completion.TrySetResult(_isForAll ? partition.CheckCommitted() : ErrorCode.None);
        }
        else if (partition.Log.IsFailed || partition.Log.IsFlushRefused)
        {
            _completion.TrySetResult(ErrorCode.KafkaStorageError);
        }
    }

    private bool IsReached(Partition partition) =>
        (_isForAll ? partition.HighWatermark : partition.Log.AcknowledgeableOffset) >= _offset;
}
