using Compat.Cluster.Tests.Histories;
using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Simulation.Clients;

/// <summary>A consumer that was assigned all partitions by hand and reads each from its beginning.</summary>
internal sealed class Consumer(SimulationContext context, int number)
{
    private readonly ClusterClient _client = new(context, number, $"consumer {number}");
    private readonly long[] _next = new long[SimulationContext.Partitions];
    private int _process;

    /// <summary>How many records it has read.</summary>
    public int Read { get; private set; }

    /// <summary>Reads until the simulation ends.</summary>
    public async Task RunAsync()
    {
        _process = context.Recorder.NewProcess();
        while (!context.IsEnding)
        {
            await FetchAsync(_client.Random.Next(SimulationContext.Partitions));
            await _client.PauseAsync(1, 100);
        }
    }

    /// <summary>Reads everything there is: to the high watermarks, when all is well again.</summary>
    public async Task ReadToEndAsync()
    {
        _process = context.Recorder.NewProcess();
        for (int partition = 0; partition < SimulationContext.Partitions; partition++)
        {
            // Not the high watermark of a fetch: a new leader's may be behind for a moment, and it says so only when it is asked for the end.
            long? end = null;
            while (end is null || _next[partition] < end)
            {
                end ??= await EndAsync(partition);
                await FetchAsync(partition);
                await _client.PauseAsync(1, 10);
            }
        }
    }

    private async Task<long?> EndAsync(int partition)
    {
        int leader = await _client.FindLeaderAsync(SimulationContext.Topic, partition);
        var request = new ListOffsetsRequest
        {
            ReplicaId = -1,
            Topics =
            [
                new ListOffsetsRequest.ListOffsetsTopic
                {
                    Name = SimulationContext.Topic,
                    Partitions = [new ListOffsetsRequest.ListOffsetsPartition { PartitionIndex = partition, Timestamp = -1 }],
                },
            ],
        };
        using PeerAnswer<ListOffsetsResponse> answer = await _client.AskAsync(leader, ClusterClient.Request(request));
        return answer.IsAnswered && answer.Response.Topics is [{ Partitions: [{ ErrorCode: ErrorCode.None } found] }] ? found.Offset : null;
    }

    private async Task FetchAsync(int partition)
    {
        int leader = await _client.FindLeaderAsync(SimulationContext.Topic, partition);
        var request = new FetchRequest
        {
            MaxWaitMs = 100,
            MinBytes = 1,
            Topics =
            [
                new FetchRequest.FetchTopic
                {
                    Topic = SimulationContext.Topic,
                    TopicId = _client.TopicId(SimulationContext.Topic),
                    Partitions = [new FetchRequest.FetchPartition { Partition = partition, FetchOffset = _next[partition], PartitionMaxBytes = 1 << 16 }],
                },
            ],
        };
        using PeerAnswer<FetchResponse> answer = await _client.AskAsync(leader, ClusterClient.Request(request));
        if (!answer.IsAnswered || answer.Response.ErrorCode != ErrorCode.None || answer.Response.Responses is not [{ Partitions: [{ } data] }])
        {
            await _client.FindLeaderAsync(SimulationContext.Topic, partition, again: true);
            return;
        }

        if (data.ErrorCode == ErrorCode.OffsetOutOfRange)
        {
            throw new Time.SimulationException($"consumer {number} has read {SimulationContext.NameOf(partition)} up to {_next[partition]}, which is out of range on node {leader}");
        }

        if (data.ErrorCode != ErrorCode.None)
        {
            await _client.PauseAsync(10, 100);
            await _client.FindLeaderAsync(SimulationContext.Topic, partition, again: true);
            return;
        }

        Note(partition, data.Records.Memory);
    }

    private void Note(int partition, ReadOnlyMemory<byte> records)
    {
        string name = SimulationContext.NameOf(partition);
        List<Seen> seen = [];
        foreach (RecordBatch batch in new RecordBatches(records))
        {
            foreach (Record record in batch.Records())
            {
                if (record.Offset >= _next[partition])
                {
                    seen.Add(new Seen(name, record.Offset, BitConverter.ToInt64(record.Value)));
                    _next[partition] = record.Offset + 1;
                }
            }
        }

        if (seen.Count > 0)
        {
            Read += seen.Count;
            context.Recorder.Add(Operation.Of(_process, Outcome.Acknowledged, new Poll(seen)));
        }
    }
}
