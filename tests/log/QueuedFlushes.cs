using Compat.Log.Flushing;

namespace Compat.Log.Tests;

/// <summary>Flushes that are carried out when the test says so, on its own thread.</summary>
internal sealed class QueuedFlushes : IFlushScheduler
{
    private readonly Queue<Action> _waiting = new();

    public int Count => _waiting.Count;

    public void Schedule(string directory, Action flush) => _waiting.Enqueue(flush);

    /// <summary>Carries out all that wait, and what they schedule.</summary>
    public void RunAll()
    {
        while (_waiting.TryDequeue(out Action? flush))
        {
            flush();
        }
    }

    /// <summary>Carries out the one that has waited longest.</summary>
    public void RunOne() => _waiting.Dequeue()();

    public void Dispose() => _waiting.Clear();
}
