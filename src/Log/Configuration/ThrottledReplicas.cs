using System.Collections.Frozen;
using System.Globalization;

namespace Compat.Log.Configuration;

/// <summary>Which replicas of a topic are throttled on one side of replication: pairs of partition and broker, or all of them.</summary>
public sealed class ThrottledReplicas
{
    private const string Everything = "*";

    private readonly FrozenSet<(int Partition, int Broker)> _replicas;
    private readonly bool _isAll;

    private ThrottledReplicas(bool isAll, FrozenSet<(int Partition, int Broker)> replicas)
    {
        _isAll = isAll;
        _replicas = replicas;
    }

    /// <summary>None.</summary>
    public static ThrottledReplicas None { get; } = new(false, FrozenSet<(int Partition, int Broker)>.Empty);

    /// <summary>Reads the elements of a setting that was checked: <c>partition:broker</c> each, or <c>*</c> alone.</summary>
    public static ThrottledReplicas From(string[] elements)
    {
        string[] given = [.. elements.Where(element => element.Length > 0)];
        return given.Length == 0 ? None
            : given is [Everything] ? new ThrottledReplicas(true, None._replicas)
            : new ThrottledReplicas(false, given.Select(Parse).ToFrozenSet());
    }

    /// <summary>Whether a broker's replica of a partition is throttled.</summary>
    public bool Contains(int partition, int broker) => _isAll || (_replicas.Count > 0 && _replicas.Contains((partition, broker)));

    private static (int Partition, int Broker) Parse(string element)
    {
        int colon = element.IndexOf(':', StringComparison.Ordinal);
        return (int.Parse(element.AsSpan(0, colon), CultureInfo.InvariantCulture), int.Parse(element.AsSpan(colon + 1), CultureInfo.InvariantCulture));
    }
}
