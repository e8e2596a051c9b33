using Compat.Cluster.Tests.Histories;
using Confluent.Kafka;

namespace Compat.Cluster.Tests.Chaos.Clients;

/// <summary>A member of a group that commits what it has read. Where it begins shows whether a committed offset has gone back.</summary>
internal sealed class GroupMember(ChaosTopic topic, string group, PartitionAssignmentStrategy strategy, GroupProgress progress)
{
    private const int SessionTimeoutMs = 10_000;

    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CommitInterval = TimeSpan.FromMilliseconds(500);

    private readonly int _process = topic.Recorder.NewProcess();
    private readonly Dictionary<int, long> _mayBeginAt = [];
    private readonly Dictionary<int, long> _read = [];
    private int _count;

    /// <summary>How many records it has read.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Run(CancellationToken stop)
    {
        using IConsumer<Null, long> consumer = topic.NewConsumer(group, Configure, builder => builder
            .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
            .SetPartitionsRevokedHandler((each, _) => Commit(each))
            .SetPartitionsLostHandler((_, _) => _read.Clear()));
        consumer.Subscribe(ChaosTopic.Name);
        long committedAt = TimeProvider.System.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Note(consumer.Consume(PollTimeout));
            }
            catch (ConsumeException e)
            {
                topic.OnError(group, e.Error);
            }

            if (TimeProvider.System.GetElapsedTime(committedAt) > CommitInterval)
            {
                Commit(consumer);
                committedAt = TimeProvider.System.GetTimestamp();
            }
        }

        consumer.Close();
    }

    private void Configure(ConsumerConfig config)
    {
        config.AutoOffsetReset = AutoOffsetReset.Earliest;
        config.PartitionAssignmentStrategy = strategy;
        config.SessionTimeoutMs = SessionTimeoutMs;
    }

    private void OnAssigned(List<TopicPartition> partitions)
    {
        _read.Clear();
        topic.Recorder.Add(Operation.Of(_process, Outcome.Acknowledged, new Reposition()));
        foreach (TopicPartition partition in partitions)
        {
            _mayBeginAt[partition.Partition] = progress.Assign(partition.Partition);
        }
    }

    private void Note(ConsumeResult<Null, long>? result)
    {
        if (result is null or { IsPartitionEOF: true })
        {
            return;
        }

        int partition = result.Partition;
        if (_mayBeginAt.Remove(partition, out long lowest) && result.Offset < lowest)
        {
            topic.Findings.Add($"{group}: {ChaosTopic.NameOf(partition)} began at {result.Offset} although {lowest} was committed");
        }

        _read[partition] = result.Offset + 1;
        Interlocked.Increment(ref _count);
        topic.Recorder.Add(Operation.Of(_process, Outcome.Acknowledged, Poll.Of(new Seen(ChaosTopic.NameOf(partition), result.Offset, result.Message.Value))));
    }

    private void Commit(IConsumer<Null, long> consumer)
    {
        if (_read.Count == 0)
        {
            return;
        }

        KeyValuePair<int, long>[] offsets = [.. _read];
        _read.Clear();
        try
        {
            consumer.Commit(offsets.Select(offset => new TopicPartitionOffset(ChaosTopic.Name, offset.Key, offset.Value)));
            foreach ((int partition, long offset) in offsets)
            {
                progress.Acknowledge(partition, offset);
            }
        }
        catch (KafkaException e)
        {
            topic.OnError($"{group} commit", e.Error);
            foreach ((int partition, long offset) in offsets)
            {
                progress.Lose(partition, offset);
            }
        }
    }
}
