using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Wire.Messages;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Replication.Tests.Peers;

public sealed class SimulatedNetworkTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider _time = new();
    private readonly SimulatedNetwork _network;
    private readonly IPeerConnection _connection;

    public SimulatedNetworkTests()
    {
        _network = new SimulatedNetwork(_time);
        _network.Serve("b", 9093).On<ListGroupsRequest, ListGroupsResponse>(
            (_, _) => new ValueTask<ListGroupsResponse>(new ListGroupsResponse { ThrottleTimeMs = 7 }));
        _connection = _network.From("a").Open(new BrokerEndpoint("CONTROLLER", "b", 9093, 0));
    }

    [Fact]
    public async Task A_request_is_answered_by_what_the_node_serves()
    {
        PeerAnswer<ListGroupsResponse> answer = await AskAsync();
        Assert.Equal(7, answer.Response.ThrottleTimeMs);
        Assert.Equal(
            PeerFailure.UnsupportedVersion, (await _connection.SendAsync(PeerRequest.Of(new DescribeClusterRequest(), Timeout))).Failure);
    }

    [Fact]
    public async Task What_is_cut_off_ends_by_its_time_limit_in_either_direction()
    {
        foreach ((string from, string to) in new[] { ("a", "b"), ("b", "a") })
        {
            _network.Cut(from, to);
            Task<PeerAnswer<ListGroupsResponse>> asked = AskAsync();
            Assert.False(asked.IsCompleted);
            _time.Advance(Timeout);
            Assert.Equal(PeerFailure.TimedOut, (await asked).Failure);
            _network.Heal();
            Assert.True((await AskAsync()).IsAnswered);
        }
    }

    [Fact]
    public async Task A_node_that_ends_breaks_what_is_under_way()
    {
        _network.Delay = TimeSpan.FromMilliseconds(10);
        Task<PeerAnswer<ListGroupsResponse>> asked = AskAsync();
        _network.Stop("b", 9093);
        Assert.Equal(PeerFailure.Disconnected, (await asked).Failure);
        Assert.Equal(PeerFailure.Unreachable, (await AskAsync()).Failure);
    }

    private Task<PeerAnswer<ListGroupsResponse>> AskAsync() =>
        _connection.SendAsync(PeerRequest.Of(new ListGroupsRequest(), Timeout)).AsTask();
}
