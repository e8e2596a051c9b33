using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Replication.Quorum.Core;

/// <summary>What other nodes answer.</summary>
internal sealed partial class QuorumCore
{
    /// <summary>An answer has come.</summary>
    /// <param name="from">The id of the node that was asked.</param>
    /// <param name="correlationId">The number of the request.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="now">The time.</param>
    public void Receive(int from, long correlationId, QuorumAnswer answer, Moment now)
    {
        Now = now;
        if (Requests.TryEnd(from, correlationId))
        {
            EpochState before = _state;
            bool isProgress = Handle(from, answer);
            if (!isProgress && ReferenceEquals(before, _state))
            {
                // Asking again at once would get the same answer.
                Requests.BackOff(from, NowMs);
            }
        }
        Poll();
    }

    /// <summary>There will be no answer.</summary>
    public void Fail(int nodeId, long correlationId, RequestFailure failure, Moment now)
    {
        Now = now;
        if (Requests.TryEnd(nodeId, correlationId))
        {
            Requests.BackOff(nodeId, NowMs);
            _state.OnFailure(nodeId, failure);
        }
        Poll();
    }

    /// <summary>
    /// Appends what was fetched from the leader of this epoch, as far as it continues the log.
    /// </summary>
    /// <returns>False if something does not.</returns>
    internal bool AppendFetched(ReadOnlyMemory<byte> records)
    {
        int length = 0;
        var batches = new List<RecordBatch>();
        long end = Log.EndOffset;
        int epoch = Log.LastEpoch;
        foreach (RecordBatch batch in new RecordBatches(records))
        {
            bool continues = batch.BaseOffset == end && batch.LastOffsetDelta >= 0
                && batch.PartitionLeaderEpoch >= epoch && batch.PartitionLeaderEpoch <= Epoch;
            if (!continues || !batch.IsCrcValid())
            {
                break;
            }
            (end, epoch) = (batch.NextOffset, batch.PartitionLeaderEpoch);
            length += batch.SizeInBytes;
            batches.Add(batch);
        }
        if (length > 0)
        {
            Emit(new AppendToLog(records[..length], Epoch));
            batches.ForEach(NoteBatch);
            if (Options.CanBeVoter)
            {
                Emit(new FlushLog());
            }
        }
        return length > 0 || records.IsEmpty;
    }

    /// <summary>Cuts the log where the leader's log has another continuation.</summary>
    /// <exception cref="MetadataException">That would remove what is committed.</exception>
    internal bool TruncateTo(OffsetAndEpoch leaderEnd)
    {
        long offset = Log.TruncationPoint(leaderEnd);
        if (!Rules.MayTruncate(offset, HighWatermark))
        {
            throw new MetadataException(
                $"The leader of epoch {Epoch} has another log from offset {offset} on, but it is committed up to {HighWatermark}: a voter has lost its log.");
        }
        if (offset >= Log.EndOffset)
        {
            return false;
        }
        Log.TruncateTo(offset);
        VoterHistory.TruncateTo(offset);
        Emit(new TruncateLog(offset));
        return true;
    }

    /// <summary>True if the answer was worth something; after one that was not there is a pause.</summary>
    private bool Handle(int from, QuorumAnswer answer)
    {
        if (answer.Leader.Epoch < Epoch || answer.Error == ErrorCode.UnknownLeaderEpoch)
        {
            return false;
        }
        if (answer.Leader.Epoch > Epoch || answer.Error is ErrorCode.FencedLeaderEpoch or ErrorCode.NotLeaderOrFollower)
        {
            Follow(answer.Leader, answer.LeaderEndpoint);
            return false;
        }
        if (answer.Leader.HasLeader && _state.LeaderNode is null)
        {
            Follow(answer.Leader, answer.LeaderEndpoint);
        }
        return answer.Error switch
        {
            ErrorCode.None => _state.OnAnswer(from, answer),
            ErrorCode.SnapshotNotFound or ErrorCode.PositionOutOfRange => (_state as FollowerState)?.OnSnapshotLost() ?? false,
            _ => false,
        };
    }
}
