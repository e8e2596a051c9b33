using Compat.Cluster.Tests.Histories;

namespace Compat.Cluster.Tests.Workloads;

/// <summary>Gathers a history from clients that run beside each other. A process's operations stand in the order they began.</summary>
internal sealed class HistoryRecorder
{
    private readonly Lock _lock = new();
    private readonly List<Operation?> _operations = [];
    private int _processes;

    /// <summary>The operations so far; those without an answer are left unknown by who began them.</summary>
    public IReadOnlyList<Operation> History
    {
        get
        {
            lock (_lock)
            {
                return [.. _operations.OfType<Operation>()];
            }
        }
    }

    public int NewProcess() => Interlocked.Increment(ref _processes);

    /// <summary>Takes a place for an operation that begins.</summary>
    public int Begin(Operation ifNeverAnswered)
    {
        lock (_lock)
        {
            _operations.Add(ifNeverAnswered);
            return _operations.Count - 1;
        }
    }

    /// <summary>Notes what became of it.</summary>
    public void End(int place, Operation operation)
    {
        lock (_lock)
        {
            _operations[place] = operation;
        }
    }

    public void Add(Operation operation) => Begin(operation);

    public int Count(Func<Operation, bool> predicate) => History.Count(predicate);
}
