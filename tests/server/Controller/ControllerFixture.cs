using Compat.Replication.Metadata;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Controller;

/// <summary>A node that is broker 1 and the controller, and a client of its controller listener that can play other brokers.</summary>
internal sealed class ControllerFixture : IAsyncDisposable
{
    private ControllerFixture(BrokerFixture fixture, SocketClient controller)
    {
        Node = fixture;
        Controller = controller;
    }

    public BrokerFixture Node { get; }

    public SocketClient Controller { get; }

    public MetadataImage Image => Node.Broker.Parts.Image;

    public static async Task<ControllerFixture> StartAsync(params string[] settings)
    {
        BrokerFixture fixture = await BrokerFixture.StartAsync(["listeners=PLAINTEXT://localhost:0,CONTROLLER://localhost:0", .. settings]);
        return new ControllerFixture(fixture, await fixture.ConnectToControllerAsync());
    }

    public async ValueTask DisposeAsync()
    {
        Controller.Dispose();
        await Node.DisposeAsync();
    }

    public PartitionRegistration Partition(string topic, int index = 0) => Image.Topics.Partition(new TopicPartition(topic, index))!;

    /// <summary>Registers a broker and hears it, so that it is unfenced; returns its epoch.</summary>
    public async Task<long> JoinAsync(int id, SocketClient? client = null)
    {
        client ??= Controller;
        BrokerRegistrationResponse registered = await client.AskAsync<BrokerRegistrationRequest, BrokerRegistrationResponse>(Registration(id), 4);
        Assert.Equal(ErrorCode.None, registered.ErrorCode);
        BrokerHeartbeatResponse heard = await client.AskAsync<BrokerHeartbeatRequest, BrokerHeartbeatResponse>(Heartbeat(id, registered.BrokerEpoch), 2);
        Assert.Equal((ErrorCode.None, false), (heard.ErrorCode, heard.IsFenced));
        return registered.BrokerEpoch;
    }

    public BrokerRegistrationRequest Registration(int id) => new()
    {
        BrokerId = id,
        ClusterId = Node.Broker.ClusterId,
        IncarnationId = new Uuid(7, (ulong)id),
        Listeners = [new() { Name = "PLAINTEXT", Host = "host" + id, Port = 9092 }],
        Features =
        [
            .. FeatureCatalog.Supported.Select(feature => new BrokerRegistrationRequest.Feature
            {
                Name = feature.Key, MinSupportedVersion = feature.Value.Min, MaxSupportedVersion = feature.Value.Max,
            }),
        ],
        LogDirs = [new Uuid(8, (ulong)id)],
    };

    public BrokerHeartbeatRequest Heartbeat(int id, long epoch) =>
        new() { BrokerId = id, BrokerEpoch = epoch, CurrentMetadataOffset = Image.Provenance.LastContainedOffset };

    /// <summary>Creates a topic whose partitions have these replicas.</summary>
    public async Task<Uuid> CreateAsync(string name, params int[] replicas)
    {
        CreateTopicsResponse response = await Controller.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            new()
            {
                Topics =
                [
                    new()
                    {
                        Name = name, NumPartitions = -1, ReplicationFactor = -1, Assignments = [new() { PartitionIndex = 0, BrokerIds = [.. replicas] }],
                    },
                ],
            },
            7);
        Assert.Equal(ErrorCode.None, response.Topics[0].ErrorCode);
        return response.Topics[0].TopicId;
    }
}
