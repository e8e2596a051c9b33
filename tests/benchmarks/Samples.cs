using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Benchmarks.Tests;

/// <summary>What the benchmarks send: records of 1 KiB, and requests and answers about one partition.</summary>
internal static class Samples
{
    public const int RecordBytes = 1024;

    /// <summary>The versions of requests that librdkafka sends.</summary>
    public const short ProduceVersion = 12;
    public const short FetchVersion = 16;
    public const short CommitVersion = 8;

    public static byte[] Batch(int records)
    {
        using var builder = new RecordBatchBuilder();
        byte[] value = new byte[RecordBytes];
        for (int i = 0; i < records; i++)
        {
            builder.Append(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), null, value);
        }

        return builder.Build();
    }

    public static ProduceRequest Produce(byte[] records, Wire.Uuid topicId = default) => new()
    {
        Acks = 1,
        TopicData =
        {
            new ProduceRequest.TopicProduceData
            {
                Name = EmbeddedBroker.Topic,
                TopicId = topicId,
                PartitionData = { new ProduceRequest.PartitionProduceData { Index = 0, Records = records } },
            },
        },
    };

    public static FetchRequest Fetch(int partitions, Wire.Uuid topicId = default) => new()
    {
        MaxWaitMs = 500,
        MinBytes = 1,
        MaxBytes = 1 << 20,
        SessionEpoch = -1,
        Topics =
        {
            new FetchRequest.FetchTopic
            {
                Topic = EmbeddedBroker.Topic,
                TopicId = topicId,
                Partitions =
                [
                    .. Enumerable.Range(0, partitions).Select(partition =>
                        new FetchRequest.FetchPartition { Partition = partition, FetchOffset = 0, PartitionMaxBytes = 1 << 20 }),
                ],
            },
        },
    };

    public static OffsetCommitRequest Commit() => new()
    {
        GroupId = EmbeddedBroker.Group,
        Topics =
        {
            new OffsetCommitRequest.OffsetCommitRequestTopic
            {
                Name = EmbeddedBroker.Topic,
                Partitions = { new OffsetCommitRequest.OffsetCommitRequestPartition { PartitionIndex = 0, CommittedOffset = 7 } },
            },
        },
    };
}
