using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Records;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Coordination.Tests.Runtime;

/// <summary>A runtime of counters on partition 0 with a log and a clock in the test's hands.</summary>
internal sealed class RuntimeFixture : IDisposable
{
    public const int CommitTimeoutMs = 5000;

    public RuntimeFixture()
    {
        var options = new RuntimeOptions("Counter", CommitTimeoutMs, CompressionType.None);
        var environment = new ShardHostEnvironment<CounterShard>(options, _ => NewShard(), Time, new Random(1), Logger);
        Runtime = new CoordinatorRuntime<CounterShard>(environment);
    }

    public FakeTimeProvider Time { get; } = new();

    public MemoryLog Log { get; set; } = new();

    public ListLogger Logger { get; } = new();

    public CoordinatorRuntime<CounterShard> Runtime { get; }

    public List<CounterShard> Shards { get; } = [];

    public CounterShard Shard => Shards[^1];

    public static RuntimeFixture Elected()
    {
        var fixture = new RuntimeFixture();
        fixture.Runtime.Elect(0, fixture.Log);
        return fixture;
    }

    public ValueTask<CounterShard.Answer> Add(int amount) => Runtime.RunAsync(0, CounterShard.Add, amount);

    public ValueTask<CounterShard.Answer> Get() => Runtime.RunAsync(0, CounterShard.Get, null);

    public Task<CounterShard.Answer> Await(int value) => Runtime.RunAsync(0, CounterShard.Await, value);

    /// <summary>Waits until partition 0 is loaded, or says otherwise why it is not available.</summary>
    public async Task Until(ErrorCode unavailable)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Runtime.Unavailable(0) != unavailable)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public void Dispose() => Runtime.Dispose();

    private CounterShard NewShard()
    {
        var shard = new CounterShard();
        Shards.Add(shard);
        return shard;
    }
}

internal sealed class ListLogger : ILogger
{
    private readonly List<(LogLevel Level, string Message)> _messages = [];

    public IReadOnlyList<(LogLevel Level, string Message)> Messages
    {
        get
        {
            lock (_messages)
            {
                return [.. _messages];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_messages)
        {
            _messages.Add((logLevel, formatter(state, exception)));
        }
    }
}
