using Confluent.Kafka;

namespace Compat.Cluster.Tests.Workloads;

/// <summary>Where partitions end.</summary>
internal static class PartitionEnds
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// The high watermarks of the first partitions of a topic. librdkafka takes a partition that has no leader at the moment for one
    /// that does not exist, and gives up at once; here it is asked again until the limit has passed.
    /// </summary>
    public static long[] Of<TKey, TValue>(IConsumer<TKey, TValue> consumer, string topic, int partitions, TimeSpan limit)
    {
        long start = TimeProvider.System.GetTimestamp();
        return [.. Enumerable.Range(0, partitions).Select(partition => Of(consumer, new TopicPartition(topic, partition), start, limit))];
    }

    private static long Of<TKey, TValue>(IConsumer<TKey, TValue> consumer, TopicPartition partition, long start, TimeSpan limit)
    {
        while (true)
        {
            try
            {
                return consumer.QueryWatermarkOffsets(partition, limit).High.Value;
            }
            catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_UnknownPartition && TimeProvider.System.GetElapsedTime(start) < limit)
            {
                Thread.Sleep(Pause);
            }
        }
    }
}
