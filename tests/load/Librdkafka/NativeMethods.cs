using System.Runtime.InteropServices;

namespace Compat.Load.Librdkafka;

/// <summary>
/// The C interface of librdkafka, as far as load needs it. Called directly because a delegate and an object a record
/// would measure the .NET wrapper and not the broker.
/// </summary>
internal static unsafe partial class NativeMethods
{
    public const int Producer = 0;
    public const int Consumer = 1;
    public const int FlagCopy = 2;
    public const int FlagBlock = 4;
    public const int Unassigned = -1;
    public const int QueueFull = -184;
    public const int PartitionEof = -191;
    public const int TextBytes = 512;

    [LibraryImport("librdkafka")]
    public static partial IntPtr rd_kafka_conf_new();

    [LibraryImport("librdkafka", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int rd_kafka_conf_set(IntPtr configuration, string name, string value, byte* errorText, nuint errorTextBytes);

    [LibraryImport("librdkafka")]
    public static partial void rd_kafka_conf_set_dr_msg_cb(IntPtr configuration, delegate* unmanaged<IntPtr, Message*, IntPtr, void> callback);

    [LibraryImport("librdkafka")]
    public static partial void rd_kafka_conf_set_opaque(IntPtr configuration, IntPtr opaque);

    [LibraryImport("librdkafka")]
    public static partial IntPtr rd_kafka_new(int type, IntPtr configuration, byte* errorText, nuint errorTextBytes);

    [LibraryImport("librdkafka")]
    public static partial void rd_kafka_destroy(IntPtr client);

    [LibraryImport("librdkafka", StringMarshalling = StringMarshalling.Utf8)]
    public static partial IntPtr rd_kafka_topic_new(IntPtr client, string topic, IntPtr configuration);

    [LibraryImport("librdkafka")]
    public static partial void rd_kafka_topic_destroy(IntPtr topic);

    [LibraryImport("librdkafka")]
    public static partial int rd_kafka_produce(
        IntPtr topic, int partition, int flags, byte* payload, nuint length, byte* key, nuint keyLength, IntPtr opaque);

    [LibraryImport("librdkafka")]
    public static partial int rd_kafka_last_error();

    [LibraryImport("librdkafka")]
    public static partial IntPtr rd_kafka_err2str(int error);

    [LibraryImport("librdkafka")]
    public static partial int rd_kafka_poll(IntPtr client, int timeoutMs);

    [LibraryImport("librdkafka")]
    public static partial int rd_kafka_flush(IntPtr client, int timeoutMs);

    [LibraryImport("librdkafka")]
    public static partial int rd_kafka_outq_len(IntPtr client);

    [LibraryImport("librdkafka")]
    public static partial int rd_kafka_poll_set_consumer(IntPtr client);

    [LibraryImport("librdkafka")]
    public static partial IntPtr rd_kafka_queue_get_consumer(IntPtr client);

    [LibraryImport("librdkafka")]
    public static partial void rd_kafka_queue_destroy(IntPtr queue);

    [LibraryImport("librdkafka")]
    public static partial nint rd_kafka_consume_batch_queue(IntPtr queue, int timeoutMs, Message** messages, nuint capacity);

    [LibraryImport("librdkafka")]
    public static partial void rd_kafka_message_destroy(Message* message);

    [LibraryImport("librdkafka")]
    public static partial int rd_kafka_consumer_close(IntPtr client);

    [LibraryImport("librdkafka")]
    public static partial IntPtr rd_kafka_topic_partition_list_new(int size);

    [LibraryImport("librdkafka", StringMarshalling = StringMarshalling.Utf8)]
    public static partial TopicPartitionOffset* rd_kafka_topic_partition_list_add(IntPtr list, string topic, int partition);

    [LibraryImport("librdkafka")]
    public static partial void rd_kafka_topic_partition_list_destroy(IntPtr list);

    [LibraryImport("librdkafka")]
    public static partial int rd_kafka_assign(IntPtr client, IntPtr list);

    /// <summary>The text for an error code.</summary>
    public static string ErrorText(int error) => Marshal.PtrToStringUTF8(rd_kafka_err2str(error)) ?? error.ToString();

    /// <summary>librdkafka's rd_kafka_message_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public int Error;
        public IntPtr Topic;
        public int Partition;
        public byte* Payload;
        public nuint Length;
        public byte* Key;
        public nuint KeyLength;
        public long Offset;
        public IntPtr Opaque;
    }

    /// <summary>The head of librdkafka's rd_kafka_topic_partition_t.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TopicPartitionOffset
    {
        public IntPtr Topic;
        public int Partition;
        public long Offset;
    }
}
