using Compat.Log.Flushing;
using Compat.Simulation.Time;

namespace Compat.Simulation.Nodes;

/// <summary>Flushes one after another, each of which takes as long as the device is slow.</summary>
internal sealed class SimulatedFlushes(Timeline timeline, NodeClock clock, Random random, Func<TimeSpan> slowness) : IFlushScheduler
{
    private long _freeAt;

    public void Schedule(string directory, Action flush)
    {
        TimeSpan takes = TimeSpan.FromMilliseconds(0.1 + (random.NextDouble() * 3)) + (slowness() * random.NextDouble());
        _freeAt = Math.Max(_freeAt, timeline.Now) + takes.Ticks;
        timeline.At(_freeAt, clock, flush);
    }

    public void Dispose()
    {
    }
}
