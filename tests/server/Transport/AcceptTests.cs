using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Compat.Server.Handlers;
using Compat.Server.Platform;
using Compat.Server.Transport;
using Compat.Wire.Messages;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Server.Tests.Transport;

public class AcceptTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_listener_that_cannot_accept_is_asked_again_after_a_pause_and_told_of_once()
    {
        var time = new FakeTimeProvider();
        using var listener = new ScriptedListener(time);
        var log = new ListLogger();
        await using var server = new ConnectionServer(new ConnectionLimits(), Dispatcher(time), time, log);
        for (int i = 0; i < 3; i++)
        {
            await listener.FailAsync("no file handles");
        }

        using TestClient client = new(await listener.ConnectAsync());
        server.Start("PLAINTEXT", listener);
        await WaitForAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            return listener.AskedAt.Count == 4;
        });

        DateTimeOffset[] asked = [.. listener.AskedAt];
        Assert.All(asked.Zip(asked.Skip(1)), pair => Assert.True(pair.Second - pair.First >= ConnectionServer.AcceptPause));
        await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), 0);
        Assert.Equal("PLAINTEXT cannot accept connections at present: no file handles.", Assert.Single(log.Lines));
    }

    [Fact]
    public async Task A_server_that_stops_does_not_wait_for_the_pause()
    {
        var time = new FakeTimeProvider();
        using var listener = new ScriptedListener(time);
        var server = new ConnectionServer(new ConnectionLimits(), Dispatcher(time), time, new ListLogger());
        server.Start("PLAINTEXT", listener);
        await listener.FailAsync("no file handles");
        await WaitForAsync(() => listener.AskedAt.Count == 1);

        await server.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    private static RequestDispatcher Dispatcher(TimeProvider time)
    {
        ApiHandlers? handlers = null;
        handlers = new ApiHandlers([new ApiVersionsHandler(() => handlers!, new TestIdentity())]);
        return new RequestDispatcher(handlers, time, new BurstWork());
    }

    private static async Task WaitForAsync(Func<bool> condition) =>
        Assert.True(await Task.Run(() => SpinWait.SpinUntil(condition, Patience)));

    /// <summary>Accepts and fails as the test says.</summary>
    private sealed class ScriptedListener : IChannelListener
    {
        private readonly Channel<AcceptResult> _results = Channel.CreateUnbounded<AcceptResult>();
        private readonly ConcurrentQueue<DateTimeOffset> _askedAt = [];
        private readonly TimeProvider _time;

        public ScriptedListener(TimeProvider time) => _time = time;

        public IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, 9092);

        /// <summary>When each of the results that were taken was asked for.</summary>
        public IReadOnlyCollection<DateTimeOffset> AskedAt => _askedAt;

        public ValueTask FailAsync(string reason) => _results.Writer.WriteAsync(new AcceptResult(null, reason));

        public async ValueTask<MemoryChannel> ConnectAsync()
        {
            (MemoryChannel client, MemoryChannel server) = MemoryChannel.CreatePair(new IPEndPoint(IPAddress.Loopback, 50000), EndPoint);
            await _results.Writer.WriteAsync(new AcceptResult(server, null));
            return client;
        }

        public async ValueTask<AcceptResult> AcceptAsync()
        {
            DateTimeOffset now = _time.GetUtcNow();
            if (!await _results.Reader.WaitToReadAsync() || !_results.Reader.TryRead(out AcceptResult result))
            {
                return AcceptResult.Closed;
            }

            _askedAt.Enqueue(now);
            return result;
        }

        public void Dispose() => _results.Writer.TryComplete();
    }
}
