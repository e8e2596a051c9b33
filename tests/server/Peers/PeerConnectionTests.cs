using Compat.Replication.Metadata;
using Compat.Replication.Peers;
using Compat.Server.Handlers;
using Compat.Server.Peers;
using Compat.Server.Platform;
using Compat.Server.Tests.Transport;
using Compat.Server.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Server.Tests.Peers;

public sealed class PeerConnectionTests : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly BrokerEndpoint Node = new("CONTROLLER", "node", 9093, 0);

    private readonly FakeTimeProvider _time = new();
    private readonly MemoryDialer _dialer = new();
    private readonly ListingObserver _observer = new();
    private readonly IPeerConnection _connection;
    private ConnectionServer? _server;

    public PeerConnectionTests()
    {
        var peers = new PeerNetwork(_dialer, new PeerOptions { ClientId = "1", SoftwareVersion = "1.0" }, _time);
        _connection = peers.Open(Node, _observer);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_request_makes_the_connection_and_is_answered_in_the_highest_common_version()
    {
        Serve(new Groups());
        Assert.False(_connection.IsConnected);
        using PeerAnswer<ListGroupsResponse> answer = await AskAsync();
        Assert.Equal(PeerFailure.None, answer.Failure);
        Assert.Equal(("group", (short)4), (answer.Response.Groups.Single().GroupId, answer.Version));
        Assert.True(_connection.IsConnected);
        Assert.Equal(["connected"], _observer.Lines);
    }

    [Fact]
    public async Task Requests_share_one_connection_and_are_answered_in_their_order()
    {
        Serve(new Groups());
        PeerAnswer<ListGroupsResponse>[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AskAsync()));
        Assert.All(answers, answer => Assert.True(answer.IsAnswered));
        Assert.Equal(1, _dialer.Attempts);
    }

    [Fact]
    public async Task What_the_node_does_not_serve_is_not_sent()
    {
        Serve(new Groups());
        PeerAnswer<DescribeClusterResponse> answer = await _connection.SendAsync(PeerRequest.Of(new DescribeClusterRequest(), Timeout));
        Assert.Equal(PeerFailure.UnsupportedVersion, answer.Failure);
        PeerAnswer<ListGroupsResponse> tooNew = await _connection.SendAsync(
            PeerRequest.From(ApiKey.ListGroups, 5, Timeout, _ => new ListGroupsRequest()));
        Assert.Equal(PeerFailure.UnsupportedVersion, tooNew.Failure);
    }

    [Fact]
    public async Task A_node_that_ends_is_noticed_at_once_and_found_again()
    {
        Serve(new Groups());
        await AskAsync();
        await _server!.DisposeAsync();
        await _observer.WaitForAsync(2);
        Assert.Equal(["connected", "disconnected: it closed the connection"], _observer.Lines);
        Assert.False(_connection.IsConnected);
        Serve(new Groups());
        Assert.True((await AskAsync()).IsAnswered);
    }

    [Fact]
    public async Task A_request_under_way_when_the_connection_breaks_has_an_unknown_outcome()
    {
        var silent = new Groups { IsSilent = true };
        Serve(silent);
        Task<PeerAnswer<ListGroupsResponse>> asked = AskAsync();
        await silent.Asked.Task;
        await _server!.DisposeAsync();
        Assert.Equal(PeerFailure.Disconnected, (await asked).Failure);
    }

    [Fact]
    public async Task A_node_that_does_not_answer_in_time_is_given_up()
    {
        var silent = new Groups { IsSilent = true };
        Serve(silent);
        Task<PeerAnswer<ListGroupsResponse>> asked = AskAsync();
        await silent.Asked.Task;
        _time.Advance(Timeout);
        Assert.Equal(PeerFailure.TimedOut, (await asked).Failure);
        Assert.False(_connection.IsConnected);
    }

    [Fact]
    public async Task A_cancelled_request_leaves_the_connection_to_the_others()
    {
        var groups = new Groups { IsSilent = true };
        Serve(groups);
        using var cancellation = new CancellationTokenSource();
        Task<PeerAnswer<ListGroupsResponse>> given = AskAsync(cancellation.Token);
        await groups.Asked.Task;
        Task<PeerAnswer<ListGroupsResponse>> other = AskAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        groups.Release.SetResult();
        Assert.True((await other).IsAnswered);
        Assert.Equal(1, _dialer.Attempts);
    }

    [Fact]
    public async Task A_node_that_cannot_be_reached_is_tried_again_only_after_a_pause()
    {
        Assert.Equal(PeerFailure.Unreachable, (await AskAsync()).Failure);
        Task<PeerAnswer<ListGroupsResponse>> second = AskAsync();
        Serve(new Groups());
        Assert.Equal(1, _dialer.Attempts);
        _time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.True((await second).IsAnswered);
        Assert.Equal(2, _dialer.Attempts);
    }

    [Fact]
    public async Task After_the_end_nothing_is_sent_and_nobody_is_told()
    {
        Serve(new Groups());
        await AskAsync();
        await _connection.DisposeAsync();
        Assert.Equal(PeerFailure.Closed, (await AskAsync()).Failure);
        Assert.Equal(["connected"], _observer.Lines);
    }

    private void Serve(params ApiHandler[] handlers)
    {
        ApiHandlers? all = null;
        all = new ApiHandlers([new ApiVersionsHandler(() => all!, new TestIdentity()), .. handlers]);
        _server = new ConnectionServer(new ConnectionLimits(), new RequestDispatcher(all, _time, new BurstWork()), _time, new ListLogger());
        _server.Start(Node.ListenerName, _dialer.Listen(Node));
    }

    private Task<PeerAnswer<ListGroupsResponse>> AskAsync(CancellationToken cancellation = default) =>
        _connection.SendAsync(PeerRequest.Of(new ListGroupsRequest(), Timeout), cancellation).AsTask();

    private sealed class Groups : ApiHandler<ListGroupsRequest, ListGroupsResponse>
    {
        public Groups()
            : base(0, 4)
        {
        }

        public bool IsSilent { get; init; }

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<ListGroupsResponse?> HandleAsync(ListGroupsRequest request, RequestContext context)
        {
            Asked.TrySetResult();
            if (IsSilent)
            {
                await Release.Task;
            }

            return new ListGroupsResponse { Groups = [new() { GroupId = "group" }] };
        }
    }

    private sealed class ListingObserver : IPeerObserver
    {
        private readonly List<string> _lines = [];
        private readonly SemaphoreSlim _added = new(0);

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public void OnConnected(IPeerConnection connection) => Add("connected");

        public void OnDisconnected(IPeerConnection connection, string reason) => Add($"disconnected: {reason}");

        public async Task WaitForAsync(int count)
        {
            while (Lines.Count < count)
            {
                Assert.True(await _added.WaitAsync(TimeSpan.FromSeconds(30)), $"Waited in vain for {count} events.");
            }
        }

        private void Add(string line)
        {
            lock (_lines)
            {
                _lines.Add(line);
            }

            _added.Release();
        }
    }
}
