using Compat.Cluster.Tests.Histories;
using Compat.Cluster.Tests.Workloads;
using Confluent.Kafka;

namespace Compat.Cluster.Tests.Chaos.Clients;

/// <summary>Reads all partitions from their beginning, assigned by hand, so that nothing may be passed over or come twice.</summary>
internal sealed class AssignedReader(ChaosTopic topic, string name)
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(100);

    private readonly int _process = topic.Recorder.NewProcess();
    private readonly long[] _next = new long[ChaosTopic.Partitions];

    /// <summary>Reads until it is told to stop.</summary>
    public void Read(CancellationToken stop) => Read(() => stop.IsCancellationRequested, consumer: NewConsumer());

    /// <summary>Reads to the ends that the partitions have now; false if that takes longer than the limit.</summary>
    public async Task<bool> ReadToEndAsync(TimeSpan limit)
    {
        using CancellationTokenSource timeout = new(limit);
        IConsumer<Null, long> consumer = NewConsumer();
        long[] ends = await PartitionEnds.OfAsync(consumer, ChaosTopic.Name, ChaosTopic.Partitions, limit);
        Read(() => timeout.IsCancellationRequested || IsAt(ends), consumer);
        return IsAt(ends);
    }

    private bool IsAt(long[] ends) => _next.Zip(ends).All(pair => pair.First >= pair.Second);

    private IConsumer<Null, long> NewConsumer() => topic.NewConsumer(name);

    private void Read(Func<bool> isOver, IConsumer<Null, long> consumer)
    {
        using (consumer)
        {
            consumer.Assign(Enumerable.Range(0, ChaosTopic.Partitions).Select(partition => new TopicPartitionOffset(ChaosTopic.Name, partition, Offset.Beginning)));
            while (!isOver())
            {
                try
                {
                    Note(consumer.Consume(PollTimeout));
                }
                catch (ConsumeException e)
                {
                    topic.OnError(name, e.Error);
                }
            }

            consumer.Close();
        }
    }

    private void Note(ConsumeResult<Null, long>? result)
    {
        if (result is null)
        {
            return;
        }

        _next[result.Partition] = Math.Max(_next[result.Partition], result.IsPartitionEOF ? result.Offset : result.Offset + 1);
        if (!result.IsPartitionEOF)
        {
            topic.Recorder.Add(Operation.Of(_process, Outcome.Acknowledged, Poll.Of(new Seen(ChaosTopic.NameOf(result.Partition), result.Offset, result.Message.Value))));
        }
    }
}
