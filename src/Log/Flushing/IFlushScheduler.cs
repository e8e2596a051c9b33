namespace Compat.Log.Flushing;

/// <summary>Carries out flushes beside the requests that wait for them.</summary>
public interface IFlushScheduler : IDisposable
{
    /// <summary>Has an action run soon; those of one directory begin in the order they were scheduled. It must not throw.</summary>
    /// <param name="directory">The log directory whose device the action waits for: a slow one delays no other.</param>
    /// <param name="flush">What to do.</param>
    void Schedule(string directory, Action flush);
}
