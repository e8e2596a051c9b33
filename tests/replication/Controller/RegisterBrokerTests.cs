using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Controller.Registrations;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

public class RegisterBrokerTests
{
    [Fact]
    public void A_broker_is_registered_fenced_with_all_it_says()
    {
        var given = new Given();
        BrokerRegistrationRequest request = Request(3);
        request.Rack = "r";
        BrokerRegistrationResponse response = given.Register(request);

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        BrokerRegistration broker = given.Image.Cluster.Brokers[3];
        Assert.Equal((response.BrokerEpoch, Id(1_003), "r", true), (broker.Epoch, broker.IncarnationId, broker.Rack, broker.Fenced));
        Assert.Equal(given.Image.Provenance.LastContainedOffset, broker.Epoch);
        Assert.Equal([Id(2_003)], broker.Directories);
        Assert.Equal(new BrokerEndpoint("PLAINTEXT", "host3", 9092, 0), Assert.Single(broker.Endpoints));
        Assert.Equal(33, broker.Features["metadata.version"].Max);
    }

    [Fact]
    public void A_new_process_gets_a_higher_epoch_and_leads_nothing_until_it_is_unfenced()
    {
        var given = new Given();
        long first = given.Join(1);
        given.Join(2);
        given.Happened([.. TopicOf("alone", Id(1), 1, 1), .. TopicOf("copied", Id(2), 1, 1, 2)]);
        given.NowSeconds = 10;

        long second = given.Register(Request(1, incarnation: 2)).BrokerEpoch;
        Assert.True(second > first);
        Assert.Equal(second, given.Image.Provenance.LastContainedOffset);
        Assert.True(given.Image.Cluster.Brokers[1].Fenced);
        Assert.Equal((-1, 1), (given.Partition("alone").Leader, given.Partition("alone").LeaderEpoch));
        Assert.Equal([1], given.Partition("alone").Isr);
        Assert.Equal(2, given.Partition("copied").Leader);
        Assert.Equal([2], given.Partition("copied").Isr);

        given.Hear(given.Heartbeat(1));
        Assert.Equal((1, 2), (given.Partition("alone").Leader, given.Partition("alone").LeaderEpoch));
        Assert.Equal(2, given.Partition("copied").Leader);
    }

    [Fact]
    public void The_same_process_may_change_what_it_says_and_keeps_its_epoch()
    {
        var given = new Given();
        long epoch = given.Join(1);
        BrokerRegistrationRequest request = Request(1);
        request.Rack = "moved";
        Assert.Equal(epoch, given.Register(request).BrokerEpoch);
        BrokerRegistration broker = given.Image.Cluster.Brokers[1];
        Assert.Equal((epoch, "moved", false), (broker.Epoch, broker.Rack, broker.Fenced));
        Assert.NotNull(given.Sessions.Of(1, epoch));
    }

    [Fact]
    public void Another_process_is_refused_as_long_as_the_session_of_the_first_lasts()
    {
        var given = new Given { NowSeconds = 100 };
        given.Join(1);
        given.NowSeconds = 109;
        Assert.Equal(ErrorCode.DuplicateBrokerRegistration, given.Register(Request(1, incarnation: 2)).ErrorCode);
        given.NowSeconds = 109.1;
        Assert.Equal(ErrorCode.None, given.Register(Request(1, incarnation: 2)).ErrorCode);
    }

    [Fact]
    public void A_process_with_the_directories_of_one_that_is_only_supposed_to_live_shows_that_it_does_not()
    {
        var given = new Given(Broker(1));
        given.Sessions = BrokerSessions.Begin(given.Image, nodeId: 9, TimeSpan.Zero);
        BrokerRegistrationRequest stranger = Request(1, incarnation: 2);
        stranger.LogDirs = [Id(7)];
        Assert.Equal(ErrorCode.DuplicateBrokerRegistration, given.Register(stranger).ErrorCode);
        Assert.Equal(ErrorCode.None, given.Register(Request(1, incarnation: 2)).ErrorCode);
    }

    [Fact]
    public void Nothing_is_supposed_of_the_broker_of_the_controllers_own_process()
    {
        var given = new Given(Broker(1), Broker(2), Broker(3, fenced: true));
        given.Sessions = BrokerSessions.Begin(given.Image, nodeId: 1, TimeSpan.Zero);
        Assert.Equal([2], given.Sessions.ByBroker.Keys);
    }

    [Fact]
    public void A_broker_of_another_cluster_is_refused()
    {
        BrokerRegistrationRequest request = Request(1);
        request.ClusterId = "other";
        Refuse(ErrorCode.InconsistentClusterId, request);
    }

    [Fact]
    public void A_broker_that_comes_from_zookeeper_is_refused()
    {
        BrokerRegistrationRequest request = Request(1);
        request.IsMigratingZkBroker = true;
        Refuse(ErrorCode.BrokerIdNotRegistered, request);
    }

    [Fact]
    public void Directories_are_there_are_no_reserved_ones_and_belong_to_one_broker()
    {
        foreach (Uuid[] directories in new Uuid[][] { [], [DirectoryIds.Lost], [Id(5), Id(5)], [Id(2_002)] })
        {
            BrokerRegistrationRequest request = Request(1);
            request.LogDirs = [.. directories];
            Refuse(ErrorCode.InvalidRegistration, request);
        }
    }

    [Fact]
    public void Before_directories_had_ids_none_are_asked_for()
    {
        var given = new Given(Feature("metadata.version", 16));
        BrokerRegistrationRequest request = Request(1);
        request.LogDirs = [];
        Assert.Equal(ErrorCode.None, given.Register(request).ErrorCode);
    }

    [Theory]
    [InlineData("metadata.version", 7, 32, ErrorCode.UnsupportedVersion)]
    [InlineData("metadata.version", 7, 33, ErrorCode.None)]
    [InlineData("kraft.version", 0, 0, ErrorCode.UnsupportedVersion)]
    [InlineData("unknown.version", 0, 5, ErrorCode.None)]
    [InlineData("unknown.version", 1, 5, ErrorCode.UnsupportedVersion)]
    public void A_broker_has_to_support_what_is_on_and_not_need_what_is_off(string feature, short min, short max, ErrorCode expected)
    {
        BrokerRegistrationRequest request = Request(1);
        request.Features.RemoveAll(each => each.Name == feature);
        request.Features.Add(new() { Name = feature, MinSupportedVersion = min, MaxSupportedVersion = max });
        Assert.Equal(expected, new Given().Register(request).ErrorCode);
    }

    [Fact]
    public void A_broker_says_which_metadata_versions_it_knows_and_knows_every_feature_that_is_on()
    {
        BrokerRegistrationRequest none = Request(1);
        none.Features.RemoveAll(feature => feature.Name == "metadata.version");
        Refuse(ErrorCode.InvalidRegistration, none);
        Assert.Equal(ErrorCode.UnsupportedVersion, new Given(Feature("future.version", 1)).Register(Request(1)).ErrorCode);
    }

    private static void Refuse(ErrorCode expected, BrokerRegistrationRequest request)
    {
        var given = new Given(Broker(2));
        BrokerRegistrationResponse response = given.Register(request);
        Assert.Equal((expected, -1), (response.ErrorCode, response.BrokerEpoch));
        Assert.Equal([2], given.Image.Cluster.Brokers.Keys);
    }
}
