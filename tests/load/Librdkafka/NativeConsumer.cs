namespace Compat.Load.Librdkafka;

/// <summary>Takes a record's value as it was received.</summary>
internal delegate void RecordHandler(ReadOnlySpan<byte> value);

/// <summary>A librdkafka consumer with partitions assigned by hand, read in batches of borrowed memory.</summary>
internal sealed unsafe class NativeConsumer : IDisposable
{
    public const long FromBeginning = -2;
    public const long FromEnd = -1;
    private const int BatchRecords = 2048;
    private readonly IntPtr _client;
    private readonly IntPtr _queue;

    public NativeConsumer(IEnumerable<KeyValuePair<string, string>> settings)
    {
        _client = NativeHandle.Start(NativeMethods.Consumer, NativeHandle.Configure(settings));
        _ = NativeMethods.rd_kafka_poll_set_consumer(_client);
        _queue = NativeMethods.rd_kafka_queue_get_consumer(_client);
    }

    /// <summary>Starts reading <paramref name="partitions"/> from <paramref name="offset"/>.</summary>
    public void Assign(string topic, IReadOnlyCollection<int> partitions, long offset)
    {
        var list = NativeMethods.rd_kafka_topic_partition_list_new(partitions.Count);
        foreach (var partition in partitions)
        {
            NativeMethods.rd_kafka_topic_partition_list_add(list, topic, partition)->Offset = offset;
        }

        var error = NativeMethods.rd_kafka_assign(_client, list);
        NativeMethods.rd_kafka_topic_partition_list_destroy(list);
        if (error != 0)
        {
            throw new InvalidOperationException(NativeMethods.ErrorText(error));
        }
    }

    /// <summary>
    /// Hands over records: librdkafka waits until there are <paramref name="capacity"/> of them or the time is over,
    /// so whoever measures latency asks for one.
    /// </summary>
    /// <returns>The records and their bytes, and the text of an error when the client reported one.</returns>
    public (long Records, long Bytes, string? Error) Poll(int timeoutMs, RecordHandler? handler, int capacity = BatchRecords)
    {
        var messages = stackalloc NativeMethods.Message*[BatchRecords];
        var received = NativeMethods.rd_kafka_consume_batch_queue(_queue, timeoutMs, messages, (nuint)Math.Min(capacity, BatchRecords));
        long records = 0;
        long bytes = 0;
        string? error = null;
        for (var i = 0; i < received; i++)
        {
            var message = messages[i];
            if (message->Error == 0)
            {
                records++;
                bytes += (long)message->Length;
                handler?.Invoke(new ReadOnlySpan<byte>(message->Payload, (int)message->Length));
            }
            else if (message->Error != NativeMethods.PartitionEof)
            {
                error = NativeMethods.ErrorText(message->Error);
            }

            NativeMethods.rd_kafka_message_destroy(message);
        }

        return (records, bytes, error);
    }

    public void Dispose()
    {
        NativeMethods.rd_kafka_queue_destroy(_queue);
        _ = NativeMethods.rd_kafka_consumer_close(_client);
        NativeMethods.rd_kafka_destroy(_client);
    }
}
