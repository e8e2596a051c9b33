using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Coordination.Groups.Offsets;

/// <summary>
/// The offsets of all groups of a shard. Offsets committed in a transaction lie apart until it ends; the one with
/// the higher record offset wins then, as compaction would decide.
/// </summary>
internal sealed partial class CommittedOffsets(GroupCoordinatorConfig config, GroupCoordinatorMetrics metrics)
{
    private readonly OffsetTable _offsets = new();
    private readonly OpenTransactionOffsets _transactions = new();

    /// <summary>The offsets that are committed and not part of an open transaction.</summary>
    public OffsetTable Table => _offsets;

    /// <summary>Takes over an offset commit or the deletion of one.</summary>
    public void Apply(OffsetCommitRecord record, RecordPosition position)
    {
        OffsetCommitKey key = record.Key;
        if (record.Value is not { } value)
        {
            _offsets.Remove(key.Group, key.Topic, key.Partition);
            _transactions.Remove(key.Group, key.Topic, key.Partition);
            return;
        }

        var offset = new CommittedOffset(
            value.Offset, value.LeaderEpoch, value.Metadata, value.CommitTimestamp, value.ExpireTimestamp, value.TopicId, position.Offset);
        if (position.ProducerId == RecordBatch.NoProducerId)
        {
            _offsets.Set(key.Group, key.Topic, key.Partition, offset);
        }
        else
        {
            _transactions.Add(position.ProducerId, key.Group, key.Topic, key.Partition, offset);
        }
    }

    /// <summary>Ends a transaction: what it committed counts now, or never did.</summary>
    public void ApplyTransactionEnd(long producerId, bool committed)
    {
        if (_transactions.Take(producerId) is not { } table || !committed)
        {
            return;
        }

        foreach ((string groupId, TopicOffsets topics) in table.Groups)
        {
            foreach ((string topic, Dictionary<int, CommittedOffset> partitions) in topics.Topics)
            {
                foreach ((int partition, CommittedOffset offset) in partitions)
                {
                    if (_offsets.Find(groupId, topic, partition) is not { } present || present.RecordOffset < offset.RecordOffset)
                    {
                        _offsets.Set(groupId, topic, partition, offset);
                    }
                }
            }
        }
    }

    /// <summary>Commits the offsets of a request whose sender may commit.</summary>
    public OffsetCommitResponse Commit(OffsetCommitRequest request, Turn turn)
    {
        long expires = request.RetentionTimeMs < 0 ? CommittedOffset.NoTimestamp : turn.NowMs + request.RetentionTimeMs;
        var response = new OffsetCommitResponse();
        int committed = 0;
        foreach (OffsetCommitRequest.OffsetCommitRequestTopic topic in request.Topics)
        {
            var answer = new OffsetCommitResponse.OffsetCommitResponseTopic { Name = topic.Name, TopicId = topic.TopicId };
            response.Topics.Add(answer);
            foreach (OffsetCommitRequest.OffsetCommitRequestPartition partition in topic.Partitions)
            {
                ErrorCode error = Commit(request.GroupId, topic, partition, expires, turn);
                committed += error == ErrorCode.None ? 1 : 0;
                answer.Partitions.Add(new() { PartitionIndex = partition.PartitionIndex, ErrorCode = error });
            }
        }

        metrics.CountCommits(committed);
        return response;
    }

    private ErrorCode Commit(
        string groupId,
        OffsetCommitRequest.OffsetCommitRequestTopic topic,
        OffsetCommitRequest.OffsetCommitRequestPartition partition,
        long expires,
        Turn turn)
    {
        string metadata = partition.CommittedMetadata ?? "";
        if (metadata.Length > config.OffsetMetadataMaxBytes)
        {
            return ErrorCode.OffsetMetadataTooLarge;
        }

        var key = new OffsetCommitKey { Group = groupId, Topic = topic.Name, Partition = partition.PartitionIndex };
        var value = new OffsetCommitValue
        {
            Offset = partition.CommittedOffset,
            LeaderEpoch = partition.CommittedLeaderEpoch,
            Metadata = metadata,
            CommitTimestamp = turn.NowMs,
            ExpireTimestamp = expires,
            TopicId = topic.TopicId,
        };
        return turn.TryAppend(new OffsetCommitRecord(key, value)) ? ErrorCode.None : ErrorCode.UnknownServerError;
    }
}
