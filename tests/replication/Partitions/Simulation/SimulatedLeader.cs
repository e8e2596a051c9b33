using Compat.Log;
using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Tests.Partitions.Simulation;

/// <summary>Answers the fetches of followers out of a broker's partitions, in the steps of the Fetch handler; mutants leave one out.</summary>
internal sealed class SimulatedLeader(SimulatedBroker broker, Mutant mutant)
{
    private const int MaxBytes = 400;

    public FetchResponse Fetch(FetchRequest request, int replicaId, long replicaEpoch)
    {
        var response = new FetchResponse();
        foreach (FetchRequest.FetchTopic topic in request.Topics)
        {
            response.Responses.Add(new()
            {
                TopicId = topic.TopicId,
                Partitions = [.. topic.Partitions.Select(asked => Fetch(asked, replicaId, replicaEpoch))],
            });
        }
        return response;
    }

    private FetchResponse.PartitionData Fetch(FetchRequest.FetchPartition asked, int replicaId, long replicaEpoch)
    {
        var data = new FetchResponse.PartitionData { PartitionIndex = asked.Partition, HighWatermark = -1, Records = RecordsPayload.Empty };
        Partition? partition = broker.Partition(asked.Partition);
        if (partition is null)
        {
            data.ErrorCode = ErrorCode.UnknownTopicOrPartition;
            return data;
        }
        data.ErrorCode = Check(partition, asked, replicaId);
        if (data.ErrorCode == ErrorCode.None)
        {
            Read(partition, asked, new FollowerFetch(replicaId, replicaEpoch, asked.FetchOffset, asked.LogStartOffset, partition.NowMs), data);
        }
        return data;
    }

    private ErrorCode Check(Partition partition, FetchRequest.FetchPartition asked, int replicaId)
    {
        if (mutant == Mutant.EpochsAreNotChecked)
        {
            return ErrorCode.None;
        }
        ErrorCode code = partition.CheckLeaderEpoch(asked.CurrentLeaderEpoch);
        return code == ErrorCode.None ? partition.CheckFollower(replicaId, asked.CurrentLeaderEpoch) : code;
    }

    private void Read(Partition partition, FetchRequest.FetchPartition asked, FollowerFetch fetch, FetchResponse.PartitionData data)
    {
        int lastEpoch = mutant is Mutant.TruncationToHighWatermark or Mutant.EpochsAreNotChecked ? -1 : asked.LastFetchedEpoch;
        if (partition.FindDivergence(asked.FetchOffset, lastEpoch) is { } divergence)
        {
            data.ErrorCode = divergence.ErrorCode;
            data.DivergingEpoch = new() { Epoch = divergence.End.Epoch, EndOffset = divergence.End.EndOffset };
            return;
        }
        using LogReadResult read = partition.Read(asked.FetchOffset, MaxBytes, FetchIsolation.LogEnd, minOneBatch: true);
        data.ErrorCode = read.ErrorCode;
        if (read.ErrorCode == ErrorCode.None)
        {
            data.Records = new RecordsPayload(read.Records.Memory);
            data.LogStartOffset = read.LogStartOffset;
            ErrorCode code = partition.OnFollowerFetch(Claim(fetch, read), read.LogEndOffset);
            data.ErrorCode = mutant == Mutant.EpochsAreNotChecked ? ErrorCode.None : code;
            data.HighWatermark = partition.HighWatermark;
        }
    }

    private FollowerFetch Claim(FollowerFetch fetch, in LogReadResult read) => mutant switch
    {
        Mutant.HighWatermarkTooEarly => fetch with { FetchOffset = read.LogEndOffset },
        _ => fetch,
    };
}
