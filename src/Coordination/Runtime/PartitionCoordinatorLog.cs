using Compat.Log;
using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Coordination.Runtime;

/// <summary>A partition as its coordinator's log, in one leader epoch: what was decided in it is not written in another.</summary>
internal sealed class PartitionCoordinatorLog : ICoordinatorLog, IPartitionWaiter
{
    // A coordinator waits for all replicas in sync, like a producer with acks=all.
    private const short AllInSync = -1;

    private readonly Partition _partition;
    private readonly int _leaderEpoch;
    private volatile Action? _committed;

    public PartitionCoordinatorLog(Partition partition)
    {
        _partition = partition;
        _leaderEpoch = partition.LeaderEpoch;
    }

    /// <inheritdoc/>
    public long StartOffset => _partition.Log.LogStartOffset;

    /// <inheritdoc/>
    public long EndOffset => _partition.Log.LogEndOffset;

    /// <inheritdoc/>
    public long HighWatermark => _partition.HighWatermarkIn(_leaderEpoch);

    /// <inheritdoc/>
    public bool IsSure => _partition.IsSureToLead;

    /// <inheritdoc/>
    public int MaxBatchBytes => _partition.Log.Config.MaxMessageBytes;

    /// <inheritdoc/>
    public (ErrorCode Error, long BaseOffset) Append(Memory<byte> batch)
    {
        AppendResult result = _partition.AppendAsLeader(batch, AllInSync, AppendOrigin.Coordinator, _leaderEpoch);
        return (result.ErrorCode, result.FirstOffset);
    }

    /// <inheritdoc/>
    public IEnumerable<RecordBatch> ReadBatches() => _partition.Log.ReadBatches(_partition.Log.LogStartOffset);

    /// <inheritdoc/>
    public void OnCommitted(Action? committed)
    {
        bool wasWaiting = _committed is not null;
        _committed = committed;
        if (committed is not null && !wasWaiting)
        {
            _partition.AddWaiter(this);
        }
        else if (committed is null && wasWaiting)
        {
            _partition.RemoveWaiter(this);
        }
    }

    /// <inheritdoc/>
    public void OnChanged(Partition partition) => _committed?.Invoke();
}
