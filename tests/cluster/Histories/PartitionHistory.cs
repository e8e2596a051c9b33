namespace Compat.Cluster.Tests.Histories;

/// <summary>What all clients together know of one partition.</summary>
internal sealed class PartitionHistory(string partition)
{
    private readonly Dictionary<long, (long? Offset, Outcome Outcome)> _sent = [];
    private readonly SortedDictionary<long, HashSet<long>> _valuesAt = [];
    private readonly Dictionary<long, HashSet<long>> _offsetsOf = [];
    private readonly SortedSet<long> _readOffsets = [];
    private readonly HashSet<long> _readValues = [];

    public void Sent(Send send, Outcome outcome)
    {
        _sent[send.Value] = (send.Offset, outcome);
        if (send.Offset is { } offset && outcome == Outcome.Acknowledged)
        {
            Place(offset, send.Value);
        }
    }

    public void Read(Seen seen)
    {
        _readOffsets.Add(seen.Offset);
        _readValues.Add(seen.Value);
        Place(seen.Offset, seen.Value);
    }

    /// <summary>An offset between two others, without them, that somebody read; null when there is none.</summary>
    public long? ReadBetween(long from, long to)
    {
        if (to - from < 2)
        {
            return null;
        }

        foreach (long offset in _readOffsets.GetViewBetween(from + 1, to - 1))
        {
            return offset;
        }

        return null;
    }

    public IEnumerable<Anomaly> Anomalies() => Misplaced().Concat(Missing()).Concat(Aborted());

    private void Place(long offset, long value)
    {
        if (!_valuesAt.TryGetValue(offset, out HashSet<long>? values))
        {
            values = _valuesAt[offset] = [];
        }

        values.Add(value);
        if (!_offsetsOf.TryGetValue(value, out HashSet<long>? offsets))
        {
            offsets = _offsetsOf[value] = [];
        }

        offsets.Add(offset);
    }

    private IEnumerable<Anomaly> Misplaced()
    {
        foreach ((long offset, HashSet<long> values) in _valuesAt.Where(entry => entry.Value.Count > 1))
        {
            yield return new Anomaly(AnomalyKind.InconsistentOffsets, partition, $"offset {offset} has the values {string.Join(", ", values)}");
        }

        foreach ((long value, HashSet<long> offsets) in _offsetsOf.Where(entry => entry.Value.Count > 1))
        {
            yield return new Anomaly(AnomalyKind.Duplicate, partition, $"{value} is at the offsets {string.Join(", ", offsets.Order())}");
        }
    }

    private IEnumerable<Anomaly> Missing()
    {
        long highestRead = _readOffsets.Count == 0 ? -1 : _readOffsets.Max;
        foreach ((long value, (long? offset, Outcome outcome)) in _sent)
        {
            if (outcome == Outcome.Acknowledged && !_readValues.Contains(value))
            {
                AnomalyKind kind = offset < highestRead ? AnomalyKind.LostWrite : AnomalyKind.Unseen;
                yield return new Anomaly(kind, partition, $"{value} was acknowledged at {offset?.ToString() ?? "an unknown offset"} and never read; the highest read is {highestRead}");
            }
        }
    }

    private IEnumerable<Anomaly> Aborted() => _sent
        .Where(entry => entry.Value.Outcome == Outcome.Failed && _readValues.Contains(entry.Key))
        .Select(entry => new Anomaly(AnomalyKind.AbortedRead, partition, $"{entry.Key} was read although its operation failed"));
}
