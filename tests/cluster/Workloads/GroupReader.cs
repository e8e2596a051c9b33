using System.Collections.Concurrent;
using Compat.Clients.Tests.Support;
using Confluent.Kafka;

namespace Compat.Cluster.Tests.Workloads;

/// <summary>
/// A member of a consumer group that reads and commits, and is never started again: whatever happens to the brokers, it goes on. Every
/// offset that it gets back has to be one that it committed, or a later one.
/// </summary>
internal sealed class GroupReader : IAsyncDisposable
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(50);

    private readonly IConsumer<Null, long> _consumer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private readonly ConcurrentDictionary<int, long> _committed = new();
    private readonly ConcurrentQueue<string> _faults = [];
    private int _commits;

    public GroupReader(string bootstrap, string topic, string group)
    {
        Group = group;
        _consumer = new ConsumerBuilder<Null, long>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = group,
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions)).Build();
        _consumer.Subscribe(topic);
        _reading = Task.Run(Read);
    }

    public string Group { get; }

    /// <summary>What went wrong: offsets that went back.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>Commits that were acknowledged.</summary>
    public int Commits => Volatile.Read(ref _commits);

    /// <summary>Waits until that many more commits are acknowledged.</summary>
    public async Task ProgressAsync(int commits = 3)
    {
        int before = Commits;
        await Wait.UntilAsync(() => Commits >= before + commits, () => $"{commits} more commits of group {Group} after {before}; there are {Commits}");
    }

    /// <summary>Stops, and holds what the group's coordinator has against what was acknowledged.</summary>
    public async Task<IReadOnlyCollection<string>> FinishAsync()
    {
        await _stop.CancelAsync();
        await _reading.WaitAsync(Wait.Limit);
        Compare(_consumer.Committed(_consumer.Assignment, Wait.Limit));
        return Faults;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.WaitAsync(Wait.Limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _consumer.Close();
        _consumer.Dispose();
        _stop.Dispose();
    }

    private void Read()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (_consumer.Consume(PollTimeout) is { } record)
                {
                    Commit(record);
                }
            }
            catch (KafkaException)
            {
                // The coordinator moves, or a leader does: the next poll goes on.
            }
        }
    }

    private void Commit(ConsumeResult<Null, long> record)
    {
        long next = record.Offset + 1;
        _consumer.Commit([new TopicPartitionOffset(record.TopicPartition, next)]);
        _committed.AddOrUpdate(record.Partition, next, (_, before) => Math.Max(before, next));
        Interlocked.Increment(ref _commits);
    }

    private IEnumerable<TopicPartitionOffset> OnAssigned(List<TopicPartition> partitions)
    {
        List<TopicPartitionOffset> found = _consumer.Committed(partitions, Wait.Limit);
        Compare(found);
        return found.Select(each => each.Offset == Offset.Unset ? new TopicPartitionOffset(each.TopicPartition, Offset.Beginning) : each);
    }

    private void Compare(IEnumerable<TopicPartitionOffset> found)
    {
        foreach (TopicPartitionOffset offset in found)
        {
            if (_committed.TryGetValue(offset.Partition, out long committed) && offset.Offset.Value < committed)
            {
                _faults.Enqueue($"{offset.TopicPartition} has {offset.Offset} after {committed} was acknowledged");
            }
        }
    }
}
