using Compat.Log;
using Compat.Log.Epochs;
using Compat.Log.Segments;
using Compat.Replication.Partitions;
using Compat.Replication.Throttling;
using Compat.Server.Handlers;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Fetching;

/// <summary>Reads the partitions of a Fetch.</summary>
internal sealed class FetchReader
{
    private const short FirstWithTopicIds = 13;
    private const short FirstWithLeader = 16;

    /// <summary>Before this version clients take a storage error for one that they cannot retry.</summary>
    private const short FirstWithStorageError = 6;

    private readonly PartitionLookup _partitions;
    private readonly PreferredReplicas? _preferred;
    private readonly ReplicationThrottle? _throttle;

    public FetchReader(PartitionLookup partitions, PreferredReplicas? preferred, ReplicationThrottle? throttle)
    {
        _partitions = partitions;
        _preferred = preferred;
        _throttle = throttle;
    }

    /// <summary>
    /// Reads until the size of the answer is reached. The first batch of the first partition that has any is returned
    /// whole however large it is, so that a client always gets on.
    /// </summary>
    /// <param name="plan">What to read.</param>
    /// <param name="isArrival">True the first time: then the offsets of a follower say how far it is.</param>
    public FetchRead Read(FetchPlan plan, bool isArrival)
    {
        var read = new FetchRead();
        long left = plan.MaxBytes;
        foreach (FetchTarget target in plan.Targets)
        {
            long before = read.Bytes;
            read.Add(target.Key, ReadPartition(plan, target, (int)Math.Max(left, 0), read, isArrival));
            left -= read.Bytes - before;
        }

        return read;
    }

    /// <summary>Finds the partition of a target.</summary>
    public ErrorCode Find(FetchPlan plan, FetchTarget target, out Partition? partition)
    {
        FetchKey key = target.Key;
        bool isById = plan.ApiVersion >= FirstWithTopicIds;
        return plan.MayReadFollowers
            ? isById ? _partitions.FindReplica(key.TopicId, key.Partition, out partition) : _partitions.FindReplica(key.Topic, key.Partition, out partition)
            : isById ? _partitions.Find(key.TopicId, key.Partition, out partition) : _partitions.Find(key.Topic, key.Partition, out partition);
    }

    /// <summary>
    /// Whether a partition has something for a target by now. Reads nothing: a waiting Fetch looks here each time one of
    /// its partitions grows.
    /// </summary>
    public static bool HasNews(FetchPlan plan, FetchTarget target, Partition partition)
    {
        PartitionLog log = partition.Log;
        long bound = plan.Isolation switch
        {
            FetchIsolation.TransactionCommitted => log.LastStableOffset,
            FetchIsolation.HighWatermark => log.HighWatermark,
            _ => log.LogEndOffset,
        };
        return target.FetchOffset < bound
            || target.FetchOffset < log.LogStartOffset
            || partition.CheckLeaderEpoch(target.CurrentLeaderEpoch) != ErrorCode.None;
    }

    private FetchResponse.PartitionData ReadPartition(FetchPlan plan, FetchTarget target, int left, FetchRead read, bool isArrival)
    {
        ErrorCode found = Find(plan, target, out Partition? partition);
        if (partition is null)
        {
            // A topic that is gone does not cut the wait for the others short; one that has moved does.
            read.IsUrgent |= found == ErrorCode.NotLeaderOrFollower;
            read.HasRead |= found == ErrorCode.NotLeaderOrFollower;
            return Failed(plan, target, found, read);
        }

        read.HasRead = true;
        partition.Counters.CountFetch();
        ErrorCode refused = Check(plan, target, partition);
        if (refused != ErrorCode.None)
        {
            read.IsUrgent = true;
            return Failed(plan, target, refused, read);
        }

        if (partition.FindDivergence(target.FetchOffset, target.LastFetchedEpoch) is { } divergence)
        {
            read.IsUrgent = true;
            return divergence.ErrorCode == ErrorCode.None
                ? Diverging(partition.Log, target, divergence.End)
                : Failed(plan, target, Known(divergence.ErrorCode, plan, partition), read);
        }

        if (plan.Replica is null && _preferred?.Choose(partition, target.FetchOffset, plan.ClientRack) is { } preferred)
        {
            read.IsUrgent = true;
            return Elsewhere(partition.Log, target, preferred);
        }

        return ReadLog(plan, target, left, read, partition, isArrival);
    }

    // Only the leader knows where the log ends. A consumer that believed a replica that lags behind would begin elsewhere.
    private static ErrorCode Known(ErrorCode code, FetchPlan plan, Partition partition) =>
        code == ErrorCode.OffsetOutOfRange && plan.Replica is null && !partition.IsSureToLead ? ErrorCode.NotLeaderOrFollower : code;

    private FetchResponse.PartitionData ReadLog(
        FetchPlan plan, FetchTarget target, int left, FetchRead read, Partition partition, bool isArrival)
    {
        // A replica that is held back hears of everything but the records.
        bool isHeld = plan.Replica is { } follower && _throttle?.HoldsFollower(partition, follower.BrokerId) == true;
        LogReadResult result = partition.Log.Read(
            target.FetchOffset, isHeld ? 0 : Math.Min(target.MaxBytes, left), plan.Isolation, minOneBatch: read.Bytes == 0 && !isHeld);
        ErrorCode code = Known(result.ErrorCode, plan, partition);
        if (code == ErrorCode.None && isArrival && plan.Replica is { } replica)
        {
            var fetch = new FollowerFetch(replica.BrokerId, replica.BrokerEpoch, target.FetchOffset, target.LogStartOffset, partition.NowMs);
            code = partition.OnFollowerFetch(fetch, result.LogEndOffset);
        }

        if (code != ErrorCode.None)
        {
            result.Dispose();
            read.IsUrgent = true;
            partition.Counters.CountFailedFetch();
            return Failed(plan, target, code, read);
        }

        read.Keep(partition, result);
        FetchResponse.PartitionData data = Describe(target, result);
        if (plan.Replica is not null)
        {
            // By this very fetch it may be higher than when the log was read.
            data.HighWatermark = partition.HighWatermark;
        }

        return data;
    }

    private static ErrorCode Check(FetchPlan plan, FetchTarget target, Partition partition)
    {
        ErrorCode fenced = partition.CheckLeaderEpoch(target.CurrentLeaderEpoch);
        return fenced == ErrorCode.None && plan.Replica is { } replica
            ? partition.CheckFollower(replica.BrokerId, target.CurrentLeaderEpoch)
            : fenced;
    }

    private static FetchResponse.PartitionData Describe(FetchTarget target, in LogReadResult result) => new()
    {
        PartitionIndex = target.Key.Partition,
        HighWatermark = result.HighWatermark,
        LastStableOffset = result.LastStableOffset,
        LogStartOffset = result.LogStartOffset,
        AbortedTransactions = result.AbortedTransactions is null ? null : [.. result.AbortedTransactions.Select(Describe)],
        Records = result.Records,
    };

    private static FetchResponse.AbortedTransaction Describe(AbortedTransaction aborted) =>
        new() { ProducerId = aborted.ProducerId, FirstOffset = aborted.FirstOffset };

    private static FetchResponse.PartitionData Diverging(PartitionLog log, FetchTarget target, EpochEndOffset diverging)
    {
        FetchResponse.PartitionData data = WithoutRecords(log, target);
        data.DivergingEpoch = new FetchResponse.EpochEndOffset { Epoch = diverging.Epoch, EndOffset = diverging.EndOffset };
        return data;
    }

    private static FetchResponse.PartitionData Elsewhere(PartitionLog log, FetchTarget target, int preferredReplica)
    {
        FetchResponse.PartitionData data = WithoutRecords(log, target);
        data.PreferredReadReplica = preferredReplica;
        return data;
    }

    private static FetchResponse.PartitionData WithoutRecords(PartitionLog log, FetchTarget target) => new()
    {
        PartitionIndex = target.Key.Partition,
        HighWatermark = log.HighWatermark,
        LastStableOffset = log.LastStableOffset,
        LogStartOffset = log.LogStartOffset,
        AbortedTransactions = null,
        Records = RecordsPayload.Empty,
    };

    private FetchResponse.PartitionData Failed(FetchPlan plan, FetchTarget target, ErrorCode code, FetchRead read)
    {
        var data = new FetchResponse.PartitionData
        {
            PartitionIndex = target.Key.Partition,
            ErrorCode = code == ErrorCode.KafkaStorageError && plan.ApiVersion < FirstWithStorageError ? ErrorCode.NotLeaderOrFollower : code,
            HighWatermark = -1,
            AbortedTransactions = null,

            // No records are zero bytes and never null: clients read the length without looking.
            Records = RecordsPayload.Empty,
        };
        if (plan.ApiVersion >= FirstWithLeader && code is ErrorCode.NotLeaderOrFollower or ErrorCode.FencedLeaderEpoch &&
            _partitions.FindLeader(target.Key.Topic, target.Key.TopicId, target.Key.Partition) is (int leader, int epoch))
        {
            data.CurrentLeader = new FetchResponse.LeaderIdAndEpoch { LeaderId = leader, LeaderEpoch = epoch };
            read.NameLeader(leader);
        }

        return data;
    }
}
