using System.Collections.Concurrent;
using System.Net;
using Compat.Server.Handlers;
using Compat.Server.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Server.Tests.Transport;

public class ConnectionTests
{
    [Fact]
    public async Task Requests_are_admitted_in_order_and_answered_in_order_whenever_they_complete()
    {
        var handler = new HeldHandler();
        await using var server = new TestServer(handler);
        using TestClient client = await server.ConnectAsync();
        for (int i = 0; i < 5; i++)
        {
            await client.SendAsync(new HeartbeatRequest { GroupId = $"g{i}" }, 4);
        }

        List<HeldHandler.Held> held = await handler.TakeAsync(5);
        Assert.Equal(["g0", "g1", "g2", "g3", "g4"], held.Select(each => each.Request.GroupId));
        foreach (int i in (int[])[4, 2, 0, 3, 1])
        {
            held[i].Complete();
        }

        for (int i = 0; i < 5; i++)
        {
            (int correlationId, HeartbeatResponse response) = await client.ReadAsync<HeartbeatResponse>(ApiKey.Heartbeat, 4);
            Assert.Equal(i + 1, correlationId);
            Assert.Equal(i, response.ThrottleTimeMs);
        }
    }

    [Fact]
    public async Task A_connection_is_not_read_beyond_the_requests_it_may_have_under_way()
    {
        var handler = new HeldHandler();
        await using var server = new TestServer(handler);
        using TestClient client = await server.ConnectAsync();
        byte[] frame = TestClient.Encode(ApiKey.Heartbeat, 4, 1, body => body.Write(new HeartbeatRequest(), 4));
        Task sending = client.SendAsync([.. Enumerable.Repeat(frame, Connection.MaxRequestsUnderWay + 10)]);

        List<HeldHandler.Held> held = await handler.TakeAsync(Connection.MaxRequestsUnderWay);
        Assert.Equal(0, handler.Count);
        held[0].Complete();
        List<HeldHandler.Held> next = await handler.TakeAsync(1);

        held.Skip(1).Concat(next).ToList().ForEach(each => each.Complete());
        (await handler.TakeAsync(9)).ForEach(each => each.Complete());
        for (int i = 0; i < Connection.MaxRequestsUnderWay + 10; i++)
        {
            Assert.NotNull(await client.ReadFrameAsync());
        }

        await sending;
    }

    [Fact]
    public async Task Requests_that_arrived_together_are_all_answered_however_many_they_are()
    {
        const int Count = (3 * Connection.MaxRequestsUnderWay) + 10;
        await using var server = new TestServer();
        using TestClient client = await server.ConnectAsync();
        byte[][] frames = [.. Enumerable.Range(0, Count).Select(i => TestClient.Encode(ApiKey.ApiVersions, 0, i, body => body.Write(new ApiVersionsRequest(), 0)))];

        // Many of them are in one buffer, and all are answered in the moment in which they are carried out.
        Task sending = client.SendAsync(frames.SelectMany(frame => frame).ToArray());

        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(i, (await client.ReadAsync<ApiVersionsResponse>(ApiKey.ApiVersions, 0)).CorrelationId);
        }

        await sending;
    }

    [Fact]
    public async Task A_request_is_not_given_back_to_the_pool_before_its_answer_is_encoded()
    {
        var handler = new HeldHandler();
        await using var server = new TestServer(handler);
        using TestClient client = await server.ConnectAsync();
        await client.SendAsync(new HeartbeatRequest { GroupId = "first" }, 4);
        HeldHandler.Held first = Assert.Single(await handler.TakeAsync(1));
        for (int i = 0; i < 50; i++)
        {
            await client.SendAsync(new HeartbeatRequest { GroupId = new string('x', 3000) }, 4);
        }

        Assert.Equal("first", System.Text.Encoding.UTF8.GetString(first.Context.Frame.Memory.Span.Slice(16, 5)));
        first.Complete();
        (await handler.TakeAsync(50)).ForEach(each => each.Complete());
    }

    [Fact]
    public async Task A_failing_handler_closes_the_connection_without_an_answer_and_says_so()
    {
        var handler = new HeldHandler();
        await using var server = new TestServer(handler);
        using TestClient client = await server.ConnectAsync();
        await client.SendAsync(new HeartbeatRequest(), 4);
        (await handler.TakeAsync(1))[0].Fail(new IOException("The disk is gone."));

        await client.AssertClosedAsync();

        Assert.Contains(server.Log.Lines, line => line.Contains("Heartbeat v4", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_learns_that_its_connection_is_gone()
    {
        var handler = new HeldHandler();
        await using var server = new TestServer(handler);
        using TestClient client = await server.ConnectAsync();
        await client.SendAsync(new HeartbeatRequest(), 4);
        HeldHandler.Held held = (await handler.TakeAsync(1))[0];
        var closed = new TaskCompletionSource();
        held.Context.ConnectionClosed.Register(closed.SetResult);

        client.Dispose();

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        held.Complete();
    }

    [Fact]
    public async Task Answers_before_a_request_that_closes_the_connection_still_arrive()
    {
        var handler = new HeldHandler();
        await using var server = new TestServer(handler);
        using TestClient client = await server.ConnectAsync();
        await client.SendAsync(
            TestClient.Encode(ApiKey.Heartbeat, 4, 1, body => body.Write(new HeartbeatRequest(), 4)),
            TestClient.Encode((ApiKey)9999, 0, 2, _ => { }));
        (await handler.TakeAsync(1))[0].Complete();

        Assert.Equal(1, (await client.ReadAsync<HeartbeatResponse>(ApiKey.Heartbeat, 4)).CorrelationId);
        await client.AssertClosedAsync();
    }

    [Fact]
    public async Task An_idle_connection_is_closed_after_its_time_and_a_waiting_one_is_not()
    {
        var time = new FakeTimeProvider();
        var handler = new HeldHandler();
        await using var server = new TestServer(time, new ConnectionLimits { MaxIdle = TimeSpan.FromMinutes(10) }, handler);
        using TestClient idle = await server.ConnectAsync();
        using TestClient waiting = await server.ConnectAsync();
        await idle.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), 0);
        await waiting.SendAsync(new HeartbeatRequest(), 4);
        HeldHandler.Held held = (await handler.TakeAsync(1))[0];

        time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(2, server.Server.Connections.Count);
        time.Advance(TimeSpan.FromMinutes(2));

        await idle.AssertClosedAsync();
        held.Complete();
        Assert.NotNull(await waiting.ReadFrameAsync());
    }

    [Fact]
    public async Task Connections_beyond_a_limit_are_refused_and_counted()
    {
        IPAddress guest = IPAddress.Parse("10.0.0.1");
        var limits = new ConnectionLimits
        {
            MaxConnections = 3,
            MaxConnectionsPerIp = 2,
            MaxConnectionsPerIpOverrides = new Dictionary<IPAddress, int> { [guest] = 1 },
        };
        await using var server = new TestServer(TimeProvider.System, limits);
        TestClient first = await ConnectAndAskAsync(server, null);
        await ConnectAndAskAsync(server, null);
        await (await server.ConnectAsync()).AssertClosedAsync();
        await ConnectAndAskAsync(server, guest);
        await (await server.ConnectAsync(guest)).AssertClosedAsync();

        Assert.Equal(3, server.Server.Connections.Count);
        Assert.Equal(2, server.Server.Connections.RefusedCount);
        Assert.Contains(server.Log.Lines, line => line.Contains("max.connections.per.ip", StringComparison.Ordinal));

        first.Dispose();
        SpinWait.SpinUntil(() => server.Server.Connections.Count == 2, TimeSpan.FromSeconds(30));
        await ConnectAndAskAsync(server, null);
    }

    [Fact]
    public async Task Stopping_answers_what_is_under_way_and_takes_nothing_more()
    {
        var handler = new HeldHandler();
        await using var server = new TestServer(handler);
        using TestClient busy = await server.ConnectAsync();
        using TestClient idle = await server.ConnectAsync();
        await busy.SendAsync(new HeartbeatRequest(), 4);
        await idle.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), 0);
        HeldHandler.Held held = (await handler.TakeAsync(1))[0];

        Task stopping = server.Server.StopAsync(TimeSpan.FromMinutes(1));
        await idle.AssertClosedAsync();
        await busy.SendAsync(new HeartbeatRequest(), 4);
        held.Complete();

        Assert.NotNull(await busy.ReadFrameAsync());
        await busy.AssertClosedAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, handler.Count);
    }

    private static async Task<TestClient> ConnectAndAskAsync(TestServer server, IPAddress? from)
    {
        TestClient client = await server.ConnectAsync(from);
        await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), 0);
        return client;
    }

    /// <summary>Heartbeats that are answered when the test says so; the throttle time tells their order of arrival.</summary>
    private sealed class HeldHandler : ApiHandler<HeartbeatRequest, HeartbeatResponse>
    {
        private readonly BlockingCollection<Held> _held = [];
        private int _arrived;

        public int Count => _held.Count;

        public override ValueTask<HeartbeatResponse?> HandleAsync(HeartbeatRequest request, RequestContext context)
        {
            var held = new Held(request, context, _arrived++);
            _held.Add(held);
            return new ValueTask<HeartbeatResponse?>(held.Response);
        }

        public Task<List<Held>> TakeAsync(int count) => Task.Run(() =>
        {
            var taken = new List<Held>();
            while (taken.Count < count)
            {
                Assert.True(_held.TryTake(out Held? held, TimeSpan.FromSeconds(30)), $"{taken.Count} of {count} requests arrived.");
                taken.Add(held);
            }

            return taken;
        });

        public sealed class Held
        {
            private readonly TaskCompletionSource<HeartbeatResponse?> _response = new();
            private readonly int _number;

            public Held(HeartbeatRequest request, RequestContext context, int number)
            {
                Request = request;
                Context = context;
                _number = number;
            }

            public HeartbeatRequest Request { get; }

            public RequestContext Context { get; }

            public Task<HeartbeatResponse?> Response => _response.Task;

            public void Complete() => _response.SetResult(new HeartbeatResponse { ThrottleTimeMs = _number });

            public void Fail(Exception exception) => _response.SetException(exception);
        }
    }
}
