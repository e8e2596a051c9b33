using Compat.Log;
using Compat.Log.Epochs;
using Compat.Log.Segments;
using Compat.Replication.Partitions;
using Compat.Server.Handlers;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Fetching;

/// <summary>How a Fetch is to be carried out.</summary>
/// <param name="Targets">What to read, in order.</param>
/// <param name="Isolation">Up to where to read.</param>
/// <param name="MinBytes">How many bytes are worth an answer before the time is over.</param>
/// <param name="MaxBytes">The most bytes in the answer, but for the first batch.</param>
/// <param name="ApiVersion">The version of the request.</param>
internal sealed record FetchPlan(IReadOnlyList<FetchTarget> Targets, FetchIsolation Isolation, int MinBytes, int MaxBytes, short ApiVersion);

/// <summary>Reads the partitions of a Fetch.</summary>
internal sealed class FetchReader
{
    private const short FirstWithTopicIds = 13;
    private const short FirstWithLeader = 16;

    /// <summary>Before this version clients take a storage error for one that they cannot retry.</summary>
    private const short FirstWithStorageError = 6;

    private readonly PartitionLookup _partitions;

    public FetchReader(PartitionLookup partitions) => _partitions = partitions;

    /// <summary>
    /// Reads until the size of the answer is reached. The first batch of the first partition that has any is returned
    /// whole however large it is, so that a client always gets on.
    /// </summary>
    public FetchRead Read(FetchPlan plan)
    {
        var read = new FetchRead();
        long left = plan.MaxBytes;
        foreach (FetchTarget target in plan.Targets)
        {
            long before = read.Bytes;
            read.Add(target.Key, ReadPartition(plan, target, (int)Math.Max(left, 0), read));
            left -= read.Bytes - before;
        }

        return read;
    }

    /// <summary>Finds the partition of a target.</summary>
    public ErrorCode Find(FetchPlan plan, FetchTarget target, out Partition? partition) => plan.ApiVersion >= FirstWithTopicIds
        ? _partitions.Find(target.Key.TopicId, target.Key.Partition, out partition)
        : _partitions.Find(target.Key.Topic, target.Key.Partition, out partition);

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

    private FetchResponse.PartitionData ReadPartition(FetchPlan plan, FetchTarget target, int left, FetchRead read)
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
        ErrorCode fenced = partition.CheckLeaderEpoch(target.CurrentLeaderEpoch);
        if (fenced != ErrorCode.None)
        {
            read.IsUrgent = true;
            return Failed(plan, target, fenced, read);
        }

        if (target.LastFetchedEpoch >= 0 && FindDivergence(partition.Log, target) is { } divergence)
        {
            read.IsUrgent = true;
            return divergence.End is null ? Failed(plan, target, divergence.Error, read) : Diverging(partition.Log, target, divergence.End);
        }

        LogReadResult result = partition.Log.Read(target.FetchOffset, Math.Min(target.MaxBytes, left), plan.Isolation, minOneBatch: read.Bytes == 0);
        if (result.ErrorCode != ErrorCode.None)
        {
            read.IsUrgent = true;
            partition.Counters.CountFailedFetch();
            return Failed(plan, target, result.ErrorCode, read);
        }

        read.Keep(partition, result);
        return Describe(target, result);
    }

    /// <summary>Whether the client has records that this log never had (KIP-595).</summary>
    private static (ErrorCode Error, FetchResponse.EpochEndOffset? End)? FindDivergence(PartitionLog log, FetchTarget target)
    {
        EpochEndOffset end = log.EndOffsetForEpoch(target.LastFetchedEpoch);
        if (end.Epoch < 0 || end.EndOffset < 0 || target.FetchOffset < log.LogStartOffset)
        {
            return (ErrorCode.OffsetOutOfRange, null);
        }

        return end.Epoch < target.LastFetchedEpoch || end.EndOffset < target.FetchOffset
            ? (ErrorCode.None, new FetchResponse.EpochEndOffset { Epoch = end.Epoch, EndOffset = end.EndOffset })
            : null;
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

    private static FetchResponse.PartitionData Diverging(PartitionLog log, FetchTarget target, FetchResponse.EpochEndOffset diverging) => new()
    {
        PartitionIndex = target.Key.Partition,
        HighWatermark = log.HighWatermark,
        LastStableOffset = log.LastStableOffset,
        LogStartOffset = log.LogStartOffset,
        DivergingEpoch = diverging,
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
