using System.Runtime.InteropServices;

namespace Compat.Load.Librdkafka;

/// <summary>
/// librdkafka's in-memory mock cluster, the yardstick that needs nothing installed. It keeps no data beyond a few
/// batches a partition, so it is a bound for what a broker can answer and not a broker to consume from.
/// </summary>
internal sealed partial class MockCluster : IDisposable
{
    private readonly IntPtr _client;
    private readonly IntPtr _cluster;

    /// <summary>Starts <paramref name="brokers"/> mock brokers on free loopback ports.</summary>
    /// <exception cref="InvalidOperationException">librdkafka could not start them.</exception>
    public MockCluster(int brokers)
    {
        _client = NativeHandle.Start(NativeMethods.Producer, NativeHandle.Configure([new("log_level", "3")]));
        _cluster = rd_kafka_mock_cluster_new(_client, brokers);
        if (_cluster == IntPtr.Zero)
        {
            NativeMethods.rd_kafka_destroy(_client);
            throw new InvalidOperationException("librdkafka did not start its mock cluster");
        }
    }

    /// <summary>The address for <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers => Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(_cluster))!;

    /// <summary>Makes a topic; one that is only used gets four partitions.</summary>
    /// <exception cref="InvalidOperationException">librdkafka refused it.</exception>
    public void CreateTopic(string topic, int partitions)
    {
        var error = rd_kafka_mock_topic_create(_cluster, topic, partitions, 1);
        if (error != 0)
        {
            throw new InvalidOperationException(NativeMethods.ErrorText(error));
        }
    }

    public void Dispose()
    {
        rd_kafka_mock_cluster_destroy(_cluster);
        NativeMethods.rd_kafka_destroy(_client);
    }

    [LibraryImport("librdkafka")]
    private static partial IntPtr rd_kafka_mock_cluster_new(IntPtr client, int brokers);

    [LibraryImport("librdkafka")]
    private static partial void rd_kafka_mock_cluster_destroy(IntPtr cluster);

    [LibraryImport("librdkafka")]
    private static partial IntPtr rd_kafka_mock_cluster_bootstraps(IntPtr cluster);

    [LibraryImport("librdkafka", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_mock_topic_create(IntPtr cluster, string topic, int partitions, int replicationFactor);
}
