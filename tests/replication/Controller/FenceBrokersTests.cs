using Compat.Replication.Controller;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Controller;

public class FenceBrokersTests
{
    private readonly Given _given = new();

    public FenceBrokersTests()
    {
        _given.Join(1);
        _given.Join(2);
        _given.Join(3);
        _given.Happened([.. TopicOf("t", Id(1), 1, 1, 2, 3)]);
    }

    [Fact]
    public void A_broker_not_heard_of_for_its_session_is_fenced_and_others_lead()
    {
        Hear(9, 2, 3);
        Assert.False(Expire());
        _given.NowSeconds = 9.001;
        Assert.True(Expire());
        Assert.False(Expire());
        Assert.True(_given.Image.Cluster.Brokers[1].Fenced);
        Assert.Equal((2, 1), (_given.Partition("t").Leader, _given.Partition("t").LeaderEpoch));
        Assert.Equal([2, 3], _given.Partition("t").Isr);
    }

    [Fact]
    public void Brokers_are_fenced_one_after_the_other_the_longest_silent_first()
    {
        Hear(1, 1);
        Hear(2, 2);
        _given.NowSeconds = 20;
        Assert.True(Expire());
        Assert.Equal([3], Fenced());
        Assert.True(Expire());
        Assert.Equal([1, 3], Fenced());
        Assert.True(Expire());
        Assert.Equal([1, 2, 3], Fenced());
        Assert.False(Expire());
        Assert.Equal(-1, _given.Partition("t").Leader);
        Assert.Equal([2], _given.Partition("t").Isr);
    }

    [Fact]
    public void The_session_of_a_former_process_fences_nobody()
    {
        long old = _given.Image.Cluster.Brokers[1].Epoch;
        BrokerSession session = _given.Sessions.Of(1, old)!;
        _given.NowSeconds = 100;
        Hear(100, 2, 3);
        _given.Register(Registrations.Request(1, incarnation: 2));
        _given.Hear(_given.Heartbeat(1));
        _given.Sessions = _given.Sessions.With(1, session);
        Assert.True(Expire());
        Assert.Empty(Fenced());
    }

    [Fact]
    public void Time_in_which_the_controller_itself_stood_still_does_not_count()
    {
        _given.NowSeconds = 60;
        _given.Sessions = _given.Sessions.Renew(TimeSpan.FromSeconds(55));
        Assert.False(Expire());
    }

    [Fact]
    public void A_broken_connection_fences_its_broker_at_once()
    {
        long epoch = _given.Image.Cluster.Brokers[1].Epoch;
        _given.Hear(_given.Heartbeat(1), connectionId: 7);
        Assert.True(_given.Then(FenceBrokers.DecideConnectionLost(_given.Turn, 1, epoch, 7)));
        Assert.Equal([1], Fenced());
        Assert.Equal(2, _given.Partition("t").Leader);
        Assert.False(_given.Hear(_given.Heartbeat(1)).IsFenced);
    }

    [Theory]
    [InlineData(1, 0, 6)]
    [InlineData(1, -1, 7)]
    [InlineData(2, 0, 7)]
    public void A_broken_connection_says_nothing_of_whoever_was_heard_of_by_another_one(int id, long epochOffset, long connection)
    {
        long epoch = _given.Image.Cluster.Brokers[id].Epoch + epochOffset;
        _given.Hear(_given.Heartbeat(1), connectionId: 7);
        Assert.False(_given.Then(FenceBrokers.DecideConnectionLost(_given.Turn, id, epoch, connection)));
        Assert.Empty(Fenced());
    }

    [Fact]
    public void Whoever_was_only_supposed_to_live_and_is_not_there_is_fenced()
    {
        long epoch = _given.Image.Cluster.Brokers[1].Epoch;
        Assert.False(_given.Then(FenceBrokers.DecideNotFound(_given.Turn, 1, epoch)));
        _given.Sessions = BrokerSessions.Begin(_given.Image, nodeId: 9, TimeSpan.Zero);
        Assert.True(_given.Then(FenceBrokers.DecideNotFound(_given.Turn, 1, epoch)));
        Assert.Equal([1], Fenced());
    }

    [Fact]
    public void A_broker_that_stopped_in_order_is_not_fenced_again()
    {
        long epoch = _given.Image.Cluster.Brokers[3].Epoch;
        var stop = _given.Heartbeat(3);
        stop.WantShutDown = true;
        Assert.True(_given.Hear(stop, connectionId: 5).ShouldShutDown);
        Assert.Empty(FenceBrokers.DecideConnectionLost(_given.Turn, 3, epoch, 5).Records);
    }

    private void Hear(double seconds, params int[] brokers)
    {
        _given.NowSeconds = seconds;
        foreach (int id in brokers)
        {
            _given.Hear(_given.Heartbeat(id));
        }
    }

    private bool Expire() => _given.Then(FenceBrokers.DecideExpired(_given.Turn));

    private int[] Fenced() => [.. _given.Image.Cluster.Brokers.Values.Where(broker => broker.Fenced).Select(broker => broker.Id)];
}
