using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Simulation.Clients;

/// <summary>Creates the topic that the others use, and then never leaves the cluster alone: leaders and replicas move, topics come and go.</summary>
internal sealed class Administrator(SimulationContext context, int number)
{
    private readonly ClusterClient _client = new(context, number, "admin");
    private int _topics;

    /// <summary>What it has had done.</summary>
    public int Changes { get; private set; }

    public async Task RunAsync()
    {
        await CreateAsync(SimulationContext.Topic, SimulationContext.Partitions, untilItIs: true);
        while (!context.IsEnding)
        {
            await _client.PauseAsync(200, 4_000);
            await (_client.Random.Next(4) switch
            {
                0 => ElectAsync(),
                1 => LiveAndDieAsync(),
                _ => ReassignAsync(),
            });
        }
    }

    private async Task CreateAsync(string topic, int partitions, bool untilItIs)
    {
        var request = new CreateTopicsRequest
        {
            TimeoutMs = 3_000,
            Topics = [new CreateTopicsRequest.CreatableTopic { Name = topic, NumPartitions = partitions, ReplicationFactor = (short)Math.Min(3, context.Brokers.Count) }],
        };
        do
        {
            using PeerAnswer<CreateTopicsResponse> answer = await _client.AskAnyAsync(ClusterClient.Request(request));
            if (answer.IsAnswered && answer.Response.Topics[0].ErrorCode is ErrorCode.None or ErrorCode.TopicAlreadyExists)
            {
                Changes++;
                return;
            }

            await _client.PauseAsync(50, 200);
        }
        while (untilItIs);
    }

    private async Task LiveAndDieAsync()
    {
        // Two names, so that one is often made again while somebody still has the former.
        string topic = $"passing-{_topics++ % 2}";
        await CreateAsync(topic, partitions: 2, untilItIs: false);
        await _client.RefreshAsync(topic);
        for (int record = 0; record < 5; record++)
        {
            await ProduceAsync(topic, record % 2);
        }

        using PeerAnswer<DeleteTopicsResponse> answer = await _client.AskAnyAsync(ClusterClient.Request(
            6, new DeleteTopicsRequest { TimeoutMs = 3_000, Topics = [new DeleteTopicsRequest.DeleteTopicState { Name = topic }] }));
        Changes++;
    }

    private async Task ProduceAsync(string topic, int partition)
    {
        if (_client.LeaderOf(topic, partition) is not { } leader)
        {
            return;
        }

        using var builder = new RecordBatchBuilder();
        builder.Append(_client.Clock.GetUtcNow().ToUnixTimeMilliseconds(), null, new byte[100]);
        using PeerAnswer<ProduceResponse> answer = await _client.AskAsync(leader, ClusterClient.Request(new ProduceRequest
        {
            Acks = (short)(_client.Random.Next(1, 3) == 1 ? 1 : -1),
            TimeoutMs = 1_000,
            TopicData =
            [
                new ProduceRequest.TopicProduceData
                {
                    Name = topic,
                    TopicId = _client.TopicId(topic),
                    PartitionData = [new ProduceRequest.PartitionProduceData { Index = partition, Records = builder.Build() }],
                },
            ],
        }));
    }

    private async Task ElectAsync()
    {
        using PeerAnswer<ElectLeadersResponse> answer = await _client.AskAnyAsync(
            ClusterClient.Request(new ElectLeadersRequest { TopicPartitions = null, TimeoutMs = 3_000 }));
        Changes++;
    }

    private async Task ReassignAsync()
    {
        int[] replicas = [.. Enumerable.Range(1, context.Brokers.Count)];
        _client.Random.Shuffle(replicas);
        var request = new AlterPartitionReassignmentsRequest
        {
            TimeoutMs = 3_000,
            Topics =
            [
                new AlterPartitionReassignmentsRequest.ReassignableTopic
                {
                    Name = SimulationContext.Topic,
                    Partitions =
                    [
                        new AlterPartitionReassignmentsRequest.ReassignablePartition
                        {
                            PartitionIndex = _client.Random.Next(SimulationContext.Partitions),
                            Replicas = _client.Random.Next(5) == 0 ? null : [.. replicas.Take(_client.Random.Next(2, 4))],
                        },
                    ],
                },
            ],
        };
        using PeerAnswer<AlterPartitionReassignmentsResponse> answer = await _client.AskAnyAsync(ClusterClient.Request(request));
        Changes++;
    }
}
