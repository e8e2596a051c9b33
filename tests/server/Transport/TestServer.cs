using System.Net;
using Compat.Server.Handlers;
using Compat.Server.Platform;
using Compat.Server.Transport;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Tests.Transport;

/// <summary>The transport and the dispatch with some handlers, in memory and in virtual time.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly MemoryChannelListener _listener = new(new IPEndPoint(IPAddress.Loopback, 9092));

    public TestServer(TimeProvider time, ConnectionLimits? limits, params ApiHandler[] handlers)
    {
        ApiHandlers? all = null;
        all = new ApiHandlers([new ApiVersionsHandler(() => all!, Identity), .. handlers]);
        Server = new ConnectionServer(limits ?? new ConnectionLimits(), new RequestDispatcher(all, time, new BurstWork()), time, Log);
        Server.Start("PLAINTEXT", _listener);
    }

    public TestServer(params ApiHandler[] handlers)
        : this(TimeProvider.System, null, handlers)
    {
    }

    public ConnectionServer Server { get; }

    public TestIdentity Identity { get; } = new();

    public ListLogger Log { get; } = new();

    public async Task<TestClient> ConnectAsync(IPAddress? from = null) => new(await _listener.ConnectAsync(from));

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

internal sealed class TestIdentity : IBrokerIdentity
{
    public string ClusterId => "8Zq3nHfVTtOVk3HQq4uYMw";

    public int NodeId => 7;

    public IEnumerable<(string Name, short Min, short Max)> SupportedFeatures { get; set; } =
        [("metadata.version", 7, 33), ("group.version", 0, 1)];

    public IEnumerable<(string Name, short Level)> FinalizedFeatures { get; set; } = [("metadata.version", 33), ("group.version", 0)];

    public long FinalizedFeaturesEpoch => 42;
}

internal sealed class ListLogger : ILogger
{
    private readonly List<string> _lines = [];

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

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add(formatter(state, exception));
        }
    }
}
