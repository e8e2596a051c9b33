using Microsoft.Extensions.Logging;

namespace Compat.Coordination.Runtime;

/// <summary>What all hosts of one coordinator share.</summary>
internal sealed class ShardHostEnvironment<TShard>(
    RuntimeOptions options, Func<int, TShard> newShard, TimeProvider timeProvider, Random random, ILogger logger)
    where TShard : class, ICoordinatorShard
{
    private readonly Lock _randomLock = new();
    private readonly long _start = timeProvider.GetTimestamp();

    public RuntimeOptions Options => options;

    public TimeProvider TimeProvider => timeProvider;

    public ILogger Logger => logger;

    /// <summary>The wall clock, milliseconds since 1970.</summary>
    public long NowMs => timeProvider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The monotonic clock, milliseconds since the coordinator was made.</summary>
    public long UptimeMs => (long)timeProvider.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>An empty shard of <paramref name="partition"/>.</summary>
    public TShard NewShard(int partition) => newShard(partition);

    /// <summary>A generator of ids for one shard: turns of different shards run at the same time.</summary>
    public Random NewRandom()
    {
        lock (_randomLock)
        {
            return new Random(random.Next());
        }
    }
}
