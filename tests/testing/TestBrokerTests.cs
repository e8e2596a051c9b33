using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Testing.Tests;

public class TestBrokerTests
{
    [Fact]
    public async Task A_broker_serves_as_soon_as_it_is_started()
    {
        await using TestBroker broker = await TestBroker.StartAsync();

        ApiVersionsResponse response = await AskAsync<ApiVersionsRequest, ApiVersionsResponse>(broker, new(), 0);

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.Contains(response.ApiKeys, api => api.ApiKey == (short)ApiKey.Produce);
    }

    [Fact]
    public async Task Many_brokers_live_in_one_process_and_know_nothing_of_each_other()
    {
        TestBroker[] brokers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => TestBroker.StartAsync()));

        Assert.Equal(5, brokers.Select(broker => broker.BootstrapServers).Distinct().Count());
        Assert.Equal(5, brokers.Select(broker => broker.ClusterId).Distinct().Count());
        foreach (TestBroker broker in brokers)
        {
            await broker.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_restart_keeps_the_port_the_cluster_and_the_data()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        (string address, string cluster) = (broker.BootstrapServers, broker.ClusterId);
        await CreateTopicAsync(broker, "kept");
        Assert.Equal(0, await ProduceAsync(broker, "kept", "one"));

        await broker.RestartAsync();

        Assert.Equal((address, cluster), (broker.BootstrapServers, broker.ClusterId));
        Assert.Equal(1, await ProduceAsync(broker, "kept", "two"));
    }

    [Fact]
    public async Task A_stopped_broker_is_gone()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        await broker.StopAsync();

        Assert.False(broker.IsRunning);
        await Assert.ThrowsAnyAsync<SocketException>(() => AskAsync<ApiVersionsRequest, ApiVersionsResponse>(broker, new(), 0));
    }

    [Fact]
    public async Task Settings_are_Kafkas_and_checked()
    {
        var options = new TestBrokerOptions { Settings = new Dictionary<string, string> { ["num.partitions"] = "none" } };

        await Assert.ThrowsAsync<Compat.Log.Configuration.ConfigException>(() => TestBroker.StartAsync(options));
    }

    private static async Task CreateTopicAsync(TestBroker broker, string name)
    {
        var request = new CreateTopicsRequest { TimeoutMs = 10_000, Topics = [new() { Name = name, NumPartitions = 1, ReplicationFactor = 1 }] };
        CreateTopicsResponse response = await AskAsync<CreateTopicsRequest, CreateTopicsResponse>(broker, request, 7);
        Assert.Equal(ErrorCode.None, response.Topics.Single().ErrorCode);
    }

    private static async Task<long> ProduceAsync(TestBroker broker, string topic, string value)
    {
        using var builder = new RecordBatchBuilder();
        builder.Append(1_700_000_000_000, null, System.Text.Encoding.UTF8.GetBytes(value));
        var request = new ProduceRequest
        {
            Acks = -1,
            TimeoutMs = 10_000,
            TopicData = [new() { Name = topic, PartitionData = [new() { Records = builder.Build() }] }],
        };
        ProduceResponse response = await AskAsync<ProduceRequest, ProduceResponse>(broker, request, 9);
        ProduceResponse.PartitionProduceResponse partition = response.Responses.Single().PartitionResponses.Single();
        Assert.Equal(ErrorCode.None, partition.ErrorCode);
        return partition.BaseOffset;
    }

    private static async Task<TResponse> AskAsync<TRequest, TResponse>(TestBroker broker, TRequest request, short version)
        where TRequest : IWireMessage<TRequest>, IRequest
        where TResponse : IWireMessage<TResponse>
    {
        string[] address = broker.BootstrapServers.Split(':');
        using var client = new TcpClient();
        await client.ConnectAsync(address[0], int.Parse(address[1]));
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encode(request, version));
        byte[] length = new byte[4];
        await stream.ReadExactlyAsync(length);
        byte[] frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(frame);
        return Decode<TResponse>(frame, TRequest.Key, version);
    }

    private static byte[] Encode<TRequest>(TRequest request, short version)
        where TRequest : IWireMessage<TRequest>, IRequest
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write(new byte[4]);
        var writer = new WireWriter(output);
        new RequestHeader(TRequest.Key, version, 1, "test").Write(ref writer);
        request.Write(ref writer, version);
        writer.Flush();
        byte[] frame = output.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        return frame;
    }

    private static TResponse Decode<TResponse>(byte[] frame, ApiKey key, short version)
        where TResponse : IWireMessage<TResponse>
    {
        var reader = new WireReader(frame);
        ResponseHeader.Read(ref reader, key, version);
        return TResponse.Read(ref reader, version);
    }
}
