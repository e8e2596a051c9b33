using Compat.Replication.Metadata;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Controller;

/// <summary>What brokers ask the controller, over the wire in every version.</summary>
public class BrokerApisTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_broker_registers(short version)
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        BrokerRegistrationRequest request = fixture.Registration(2);
        request.Rack = "r";
        BrokerRegistrationResponse response = await fixture.Controller.AskAsync<BrokerRegistrationRequest, BrokerRegistrationResponse>(request, version);
        if (version < 2)
        {
            // Directories have ids in this cluster, and older versions cannot name them.
            Assert.Equal((ErrorCode.InvalidRegistration, -1), (response.ErrorCode, response.BrokerEpoch));
            return;
        }

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        BrokerRegistration broker = fixture.Image.Cluster.Brokers[2];
        Assert.Equal((response.BrokerEpoch, true, "r", new Uuid(7, 2)), (broker.Epoch, broker.Fenced, broker.Rack, broker.IncarnationId));
        Assert.Equal([new Uuid(8, 2)], broker.Directories);
        Assert.Equal(new BrokerEndpoint("PLAINTEXT", "host2", 9092, 0), Assert.Single(broker.Endpoints));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_broker_is_heard_and_unfenced(short version)
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        long epoch = (await fixture.Controller.AskAsync<BrokerRegistrationRequest, BrokerRegistrationResponse>(fixture.Registration(2), 4)).BrokerEpoch;
        BrokerHeartbeatRequest request = fixture.Heartbeat(2, epoch);
        if (version >= 1)
        {
            request.OfflineLogDirs = [new Uuid(9, 9)];
        }

        if (version >= 2)
        {
            request.CordonedLogDirs = [new Uuid(8, 2)];
        }

        BrokerHeartbeatResponse response = await AskAsync(fixture.Controller, request, version);
        Assert.Equal((ErrorCode.None, true, false, false), (response.ErrorCode, response.IsCaughtUp, response.IsFenced, response.ShouldShutDown));
        Assert.True(fixture.Image.Cluster.IsActive(2));
        Assert.Equal(version < 2, fixture.Image.Cluster.Brokers[2].TakesReplicas);
        request.BrokerEpoch--;
        Assert.Equal(ErrorCode.StaleBrokerEpoch, (await AskAsync(fixture.Controller, request, version)).ErrorCode);
    }

    [Fact]
    public async Task A_broker_that_wants_to_stop_may_when_it_has_handed_over()
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        long epoch = await fixture.JoinAsync(2);
        await fixture.CreateAsync("t", 2, 1);
        BrokerHeartbeatRequest request = fixture.Heartbeat(2, epoch);
        request.WantShutDown = true;
        Assert.False((await AskAsync(fixture.Controller, request, 2)).ShouldShutDown);
        Assert.Equal(1, fixture.Partition("t").Leader);

        // Broker 1 is this node itself, which says at once that it has followed.
        await WaitAsync(async () => (await AskAsync(fixture.Controller, request, 2)).ShouldShutDown);
        Assert.True(fixture.Image.Cluster.Brokers[2].Fenced);
    }

    [Fact]
    public async Task A_broker_whose_connection_breaks_is_fenced_at_once()
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync("broker.session.timeout.ms=3600000");
        int leaderEpoch;
        using (SocketClient broker = await fixture.Node.ConnectToControllerAsync())
        {
            await fixture.JoinAsync(2, broker);
            await fixture.CreateAsync("t", 2, 1);
            leaderEpoch = fixture.Partition("t").LeaderEpoch;
        }

        await WaitAsync(() => Task.FromResult(fixture.Image.Cluster.Brokers[2].Fenced));
        Assert.Equal((1, leaderEpoch + 1), (fixture.Partition("t").Leader, fixture.Partition("t").LeaderEpoch));
    }

    [Fact]
    public async Task A_broker_that_sends_by_another_connection_does_not_mind_the_first_one_breaking()
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync("broker.session.timeout.ms=3600000");
        long epoch;
        using (SocketClient first = await fixture.Node.ConnectToControllerAsync())
        {
            epoch = await fixture.JoinAsync(2, first);
            await AskAsync(fixture.Controller, fixture.Heartbeat(2, epoch), 2);
        }

        using (SocketClient other = await fixture.Node.ConnectToControllerAsync())
        {
            // Whoever is fenced after the first broken connection shows that the first was dealt with.
            await fixture.JoinAsync(3, other);
        }

        await WaitAsync(() => Task.FromResult(fixture.Image.Cluster.Brokers[3].Fenced));
        Assert.True(fixture.Image.Cluster.IsActive(2));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_leader_says_who_is_in_sync(short version)
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        long epoch = await fixture.JoinAsync(2);
        Uuid topic = await fixture.CreateAsync("t", 2, 1);
        AlterPartitionRequest request = Alter(fixture, topic, epoch, version, (2, epoch));
        AlterPartitionResponse.PartitionData partition = await AlterAsync(fixture, request, version);
        Assert.Equal((ErrorCode.None, 2, fixture.Partition("t").LeaderEpoch, 1), (partition.ErrorCode, partition.LeaderId, partition.LeaderEpoch, partition.PartitionEpoch));
        Assert.Equal([2], partition.Isr);
        Assert.Equal([2], fixture.Partition("t").Isr);
        Assert.Equal(ErrorCode.InvalidUpdateVersion, (await AlterAsync(fixture, request, version)).ErrorCode);

        request = Alter(fixture, topic, epoch, version, (2, epoch), (1, 0));
        request.Topics[0].Partitions[0].PartitionEpoch = 1;
        Assert.Equal(version == 2 ? ErrorCode.None : ErrorCode.IneligibleReplica, (await AlterAsync(fixture, request, version)).ErrorCode);
        request.BrokerEpoch++;
        AlterPartitionResponse stale = await fixture.Controller.AskAsync<AlterPartitionRequest, AlterPartitionResponse>(request, version);
        Assert.Equal((ErrorCode.StaleBrokerEpoch, 0), (stale.ErrorCode, stale.Topics.Count));
    }

    [Fact]
    public async Task Producer_ids_are_given_in_blocks()
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        long epoch = await fixture.JoinAsync(2);
        AllocateProducerIdsResponse first = await AllocateAsync(epoch);
        AllocateProducerIdsResponse second = await AllocateAsync(epoch);
        Assert.Equal((ErrorCode.None, 1000), (first.ErrorCode, first.ProducerIdLen));
        Assert.Equal(first.ProducerIdStart + 1000, second.ProducerIdStart);
        Assert.Equal(ErrorCode.StaleBrokerEpoch, (await AllocateAsync(epoch + 1)).ErrorCode);
        Task<AllocateProducerIdsResponse> AllocateAsync(long brokerEpoch) => fixture.Controller
            .AskAsync<AllocateProducerIdsRequest, AllocateProducerIdsResponse>(new() { BrokerId = 2, BrokerEpoch = brokerEpoch }, 0);
    }

    [Fact]
    public async Task A_broker_says_where_its_replicas_are()
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        BrokerRegistrationRequest registration = fixture.Registration(2);
        registration.LogDirs = [new Uuid(8, 1), new Uuid(8, 2)];
        long epoch = (await fixture.Controller.AskAsync<BrokerRegistrationRequest, BrokerRegistrationResponse>(registration, 4)).BrokerEpoch;
        await AskAsync(fixture.Controller, fixture.Heartbeat(2, epoch), 2);
        Uuid topic = await fixture.CreateAsync("t", 2, 1);
        Assert.Equal(DirectoryIds.Unassigned, fixture.Partition("t").DirectoryOf(2));
        AssignReplicasToDirsResponse response = await fixture.Controller.AskAsync<AssignReplicasToDirsRequest, AssignReplicasToDirsResponse>(
            new()
            {
                BrokerId = 2,
                BrokerEpoch = epoch,
                Directories = [new() { Id = new Uuid(8, 2), Topics = [new() { TopicId = topic, Partitions = [new() { PartitionIndex = 0 }, new() { PartitionIndex = 1 }] }] }],
            },
            0);
        Assert.Equal((ErrorCode.None, new Uuid(8, 2), topic), (response.ErrorCode, response.Directories[0].Id, response.Directories[0].Topics[0].TopicId));
        Assert.Equal(
            [(0, ErrorCode.None), (1, ErrorCode.UnknownTopicOrPartition)],
            response.Directories[0].Topics[0].Partitions.Select(partition => (partition.PartitionIndex, partition.ErrorCode)));
        Assert.Equal(new Uuid(8, 2), fixture.Partition("t").DirectoryOf(2));
    }

    [Fact]
    public async Task A_controller_registers_and_is_forgotten()
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        ControllerRegistrationResponse registered = await fixture.Controller.AskAsync<ControllerRegistrationRequest, ControllerRegistrationResponse>(
            new()
            {
                ControllerId = 9,
                IncarnationId = new Uuid(1, 9),
                Listeners = [new() { Name = "CONTROLLER", Host = "h", Port = 9093 }],
                Features = [new() { Name = "metadata.version", MinSupportedVersion = 7, MaxSupportedVersion = 33 }],
            },
            0);
        Assert.Equal((ErrorCode.None, null), (registered.ErrorCode, registered.ErrorMessage));
        Assert.Equal("h", fixture.Image.Cluster.Controllers[9].EndPoints[0].Host);
        UnregisterControllerResponse forgotten = await fixture.Controller.AskAsync<UnregisterControllerRequest, UnregisterControllerResponse>(new() { ControllerId = 9 }, 0);
        Assert.Equal((ErrorCode.None, null), (forgotten.ErrorCode, forgotten.ErrorMessage));
        Assert.DoesNotContain(9, fixture.Image.Cluster.Controllers.Keys);
    }

    [Fact]
    public async Task A_node_with_a_listener_for_controllers_registers_itself()
    {
        await using ControllerFixture fixture = await ControllerFixture.StartAsync();
        await WaitAsync(() => Task.FromResult(fixture.Image.Cluster.Controllers.ContainsKey(1)));
        RegisterControllerRecord controller = fixture.Image.Cluster.Controllers[1];
        Assert.Equal(fixture.Image.Cluster.Brokers[1].IncarnationId, controller.IncarnationId);
        Assert.Equal(("CONTROLLER", fixture.Node.Broker.ControllerListeners[0].Port), (controller.EndPoints[0].Name, controller.EndPoints[0].Port));
        Assert.Contains(controller.Features, feature => feature.Name == MetadataVersion.FeatureName);
    }

    private static AlterPartitionRequest Alter(
        ControllerFixture fixture, Uuid topic, long epoch, short version, params (int Id, long Epoch)[] isr)
    {
        var partition = new AlterPartitionRequest.PartitionData { LeaderEpoch = fixture.Partition("t").LeaderEpoch };
        if (version == 2)
        {
            partition.NewIsr = [.. isr.Select(replica => replica.Id)];
        }
        else
        {
            partition.NewIsrWithEpochs = [.. isr.Select(replica => new AlterPartitionRequest.BrokerState { BrokerId = replica.Id, BrokerEpoch = replica.Epoch })];
        }

        return new AlterPartitionRequest { BrokerId = 2, BrokerEpoch = epoch, Topics = [new() { TopicId = topic, Partitions = [partition] }] };
    }

    private static async Task<AlterPartitionResponse.PartitionData> AlterAsync(ControllerFixture fixture, AlterPartitionRequest request, short version)
    {
        AlterPartitionResponse response = await fixture.Controller.AskAsync<AlterPartitionRequest, AlterPartitionResponse>(request, version);
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        return Assert.Single(Assert.Single(response.Topics).Partitions);
    }

    private static Task<BrokerHeartbeatResponse> AskAsync(SocketClient client, BrokerHeartbeatRequest request, short version) =>
        client.AskAsync<BrokerHeartbeatRequest, BrokerHeartbeatResponse>(request, version);

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
