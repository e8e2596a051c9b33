using Compat.Wire;

namespace Compat.Replication.Partitions;

/// <summary>One wait for a commit. Only made when the commit has not happened yet, that is, with other replicas in sync.</summary>
internal sealed class CommitWait : IPartitionWaiter
{
    private readonly TaskCompletionSource<ErrorCode> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Partition _partition;
    private readonly int _leaderEpoch;
    private readonly long _offset;

    public CommitWait(Partition partition, int leaderEpoch, long offset)
    {
        _partition = partition;
        _leaderEpoch = leaderEpoch;
        _offset = offset;
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
        else if (partition.HighWatermark >= _offset)
        {
            _completion.TrySetResult(partition.CheckCommitted());
        }
    }
}
