using System.Collections.Concurrent;

namespace Compat.Cluster.Tests.Chaos;

/// <summary>What was found wrong, in words, and what is only worth to be counted.</summary>
internal sealed class Findings(Action<string> say)
{
    private readonly ConcurrentQueue<string> _all = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyCollection<string> All => _all;

    /// <summary>How often things happened that faults may cause.</summary>
    public IEnumerable<(string What, int Count)> Counts => _counts.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => (entry.Key, entry.Value));

    /// <summary>Something is wrong.</summary>
    public void Add(string finding)
    {
        _all.Enqueue(finding);
        say($"FOUND: {finding}");
    }

    /// <summary>Something happened that may.</summary>
    public void Count(string what) => _counts.AddOrUpdate(what, 1, (_, count) => count + 1);
}
