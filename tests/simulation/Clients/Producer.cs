using Compat.Cluster.Tests.Histories;
using Compat.Replication.Peers;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Simulation.Clients;

/// <summary>
/// An idempotent producer with acks=all and one batch at a time under way, which it sends again until it is answered: an
/// application that never gives up.
/// </summary>
internal sealed class Producer(SimulationContext context, int number)
{
    private const long ValuesPerProducer = 1_000_000;
    private const int MostRecords = 4;

    private readonly ClusterClient _client = new(context, number, $"producer {number}");
    private readonly int[] _sequences = new int[SimulationContext.Partitions];
    private long _producerId = RecordBatch.NoProducerId;
    private short _producerEpoch = RecordBatch.NoProducerEpoch;
    private int _process;
    private long _next;

    public int Acknowledged { get; private set; }

    public async Task RunAsync()
    {
        _process = context.Recorder.NewProcess();
        _next = _process * ValuesPerProducer;
        if (context.IsIdempotent)
        {
            await InitAsync();
        }

        while (!context.IsEnding)
        {
            int partition = _client.Random.Next(SimulationContext.Partitions);
            long[] values = [.. Enumerable.Range(0, 1 + _client.Random.Next(MostRecords)).Select(_ => _next++)];
            await SendAsync(partition, values);
            await _client.PauseAsync(1, 200);
        }
    }

    private async Task InitAsync()
    {
        while (true)
        {
            using PeerAnswer<InitProducerIdResponse> answer = await _client.AskAnyAsync(ClusterClient.Request(new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 60_000 }));
            if (answer.IsAnswered && answer.Response.ErrorCode == ErrorCode.None)
            {
                (_producerId, _producerEpoch) = (answer.Response.ProducerId, answer.Response.ProducerEpoch);
                return;
            }

            await _client.PauseAsync(20, 100);
        }
    }

    private async Task SendAsync(int partition, long[] values)
    {
        string name = SimulationContext.NameOf(partition);
        int[] places = [.. values.Select(value => context.Recorder.Begin(Operation.Of(_process, Outcome.Unknown, new Send(name, value, null))))];
        byte[] batch = Encode(partition, values);
        int leader = await _client.FindLeaderAsync(SimulationContext.Topic, partition);
        while (true)
        {
            (ErrorCode error, long offset) = await AskAsync(leader, partition, batch);
            if (error is ErrorCode.None or ErrorCode.DuplicateSequenceNumber)
            {
                Note(partition, name, values, places, error == ErrorCode.None && offset >= 0 ? offset : null);
                return;
            }

            if (!IsTransient(error))
            {
                throw new Time.SimulationException($"producer {number} was answered {error} for {name}, sequence {_sequences[partition]}, value {values[0]}");
            }

            await _client.PauseAsync(10, 100);
            leader = await _client.FindLeaderAsync(SimulationContext.Topic, partition, again: true);
        }
    }

    private async Task<(ErrorCode Error, long Offset)> AskAsync(int leader, int partition, byte[] batch)
    {
        // A copy for each attempt, because a broker of this process patches what it receives.
        var request = new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = 3_000,
            TopicData =
            [
                new ProduceRequest.TopicProduceData
                {
                    Name = SimulationContext.Topic,
                    TopicId = _client.TopicId(SimulationContext.Topic),
                    PartitionData = [new ProduceRequest.PartitionProduceData { Index = partition, Records = batch.ToArray() }],
                },
            ],
        };
        using PeerAnswer<ProduceResponse> answer = await _client.AskAsync(leader, ClusterClient.Request(request));
        if (!answer.IsAnswered)
        {
            return (ErrorCode.NetworkException, -1);
        }

        ProduceResponse.PartitionProduceResponse produced = answer.Response.Responses[0].PartitionResponses[0];
        return (produced.ErrorCode, produced.BaseOffset);
    }

    private void Note(int partition, string name, long[] values, int[] places, long? offset)
    {
        for (int index = 0; index < values.Length; index++)
        {
            context.Recorder.End(places[index], Operation.Of(_process, Outcome.Acknowledged, new Send(name, values[index], offset + index)));
        }

        _sequences[partition] = RecordBatch.IncrementSequence(_sequences[partition], values.Length);
        Acknowledged += values.Length;
    }

    private byte[] Encode(int partition, long[] values)
    {
        using var builder = new RecordBatchBuilder
        {
            ProducerId = _producerId,
            ProducerEpoch = _producerEpoch,
            BaseSequence = context.IsIdempotent ? _sequences[partition] : RecordBatch.NoSequence,
        };
        foreach (long value in values)
        {
            builder.Append(_client.Clock.GetUtcNow().ToUnixTimeMilliseconds(), null, BitConverter.GetBytes(value));
        }

        return builder.Build();
    }

    // What librdkafka and the Java client send again for.
    private static bool IsTransient(ErrorCode error) => error is
        ErrorCode.NetworkException or ErrorCode.NotLeaderOrFollower or ErrorCode.LeaderNotAvailable or ErrorCode.UnknownTopicOrPartition
        or ErrorCode.UnknownTopicId or ErrorCode.RequestTimedOut or ErrorCode.NotEnoughReplicas or ErrorCode.NotEnoughReplicasAfterAppend
        or ErrorCode.KafkaStorageError or ErrorCode.FencedLeaderEpoch or ErrorCode.UnknownLeaderEpoch;
}
