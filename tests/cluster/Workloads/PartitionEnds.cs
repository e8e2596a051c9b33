using Confluent.Kafka;

namespace Compat.Cluster.Tests.Workloads;

/// <summary>Where partitions end.</summary>
internal static class PartitionEnds
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The high watermarks of the first partitions of a topic. librdkafka takes a partition that has no leader at the moment for one
    /// that does not exist, and gives up at once; here it is asked again until the limit has passed.
    /// </summary>
    public static async Task<long[]> OfAsync<TKey, TValue>(IConsumer<TKey, TValue> consumer, string topic, int partitions, TimeSpan limit)
    {
        long[] ends = new long[partitions];
        for (int partition = 0; partition < partitions; partition++)
        {
            ends[partition] = await OfAsync(consumer, new TopicPartition(topic, partition), limit);
        }

        return ends;
    }

    private static async Task<long> OfAsync<TKey, TValue>(IConsumer<TKey, TValue> consumer, TopicPartition partition, TimeSpan limit)
    {
        using PeriodicTimer timer = new(Interval);
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return consumer.QueryWatermarkOffsets(partition, limit).High.Value;
            }
            catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_UnknownPartition && TimeProvider.System.GetElapsedTime(start) < limit)
            {
                await timer.WaitForNextTickAsync();
            }
        }
    }
}
