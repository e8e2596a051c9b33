namespace Compat.Replication.Partitions;

/// <summary>
/// What was done to a partition on this broker since it was opened, under the names of Kafka's BrokerTopicMetrics. Any number of threads
/// count and read; a count is one addition.
/// </summary>
public sealed class PartitionCounters
{
    private long _produceRequests;
    private long _failedProduceRequests;
    private long _messagesIn;
    private long _bytesIn;
    private long _fetchRequests;
    private long _failedFetchRequests;
    private long _bytesOut;

    /// <summary>Appends as a leader, failed ones included.</summary>
    public long ProduceRequests => Interlocked.Read(ref _produceRequests);

    /// <summary>Appends that were answered with an error.</summary>
    public long FailedProduceRequests => Interlocked.Read(ref _failedProduceRequests);

    /// <summary>Records appended.</summary>
    public long MessagesIn => Interlocked.Read(ref _messagesIn);

    /// <summary>Bytes of batches appended, as they are in the log.</summary>
    public long BytesIn => Interlocked.Read(ref _bytesIn);

    /// <summary>Reads for a fetch, failed ones included.</summary>
    public long FetchRequests => Interlocked.Read(ref _fetchRequests);

    /// <summary>Reads for a fetch that were answered with an error.</summary>
    public long FailedFetchRequests => Interlocked.Read(ref _failedFetchRequests);

    /// <summary>Bytes of batches sent to clients.</summary>
    public long BytesOut => Interlocked.Read(ref _bytesOut);

    /// <summary>Counts a read for a fetch.</summary>
    public void CountFetch() => Interlocked.Increment(ref _fetchRequests);

    /// <summary>Counts that a read was answered with an error.</summary>
    public void CountFailedFetch() => Interlocked.Increment(ref _failedFetchRequests);

    /// <summary>Counts what a client was sent.</summary>
    public void CountBytesOut(long bytes) => Interlocked.Add(ref _bytesOut, bytes);

    /// <summary>Adds all counts of a partition that is no more, so that totals never fall.</summary>
    public void Add(PartitionCounters other)
    {
        Interlocked.Add(ref _produceRequests, other.ProduceRequests);
        Interlocked.Add(ref _failedProduceRequests, other.FailedProduceRequests);
        Interlocked.Add(ref _messagesIn, other.MessagesIn);
        Interlocked.Add(ref _bytesIn, other.BytesIn);
        Interlocked.Add(ref _fetchRequests, other.FetchRequests);
        Interlocked.Add(ref _failedFetchRequests, other.FailedFetchRequests);
        Interlocked.Add(ref _bytesOut, other.BytesOut);
    }

    internal void CountAppend(long records, long bytes)
    {
        Interlocked.Increment(ref _produceRequests);
        Interlocked.Add(ref _messagesIn, records);
        Interlocked.Add(ref _bytesIn, bytes);
    }

    internal void CountFailedAppend()
    {
        Interlocked.Increment(ref _produceRequests);
        Interlocked.Increment(ref _failedProduceRequests);
    }
}
