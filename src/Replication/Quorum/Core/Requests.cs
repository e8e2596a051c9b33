namespace Compat.Replication.Quorum.Core;

/// <summary>
/// The requests under way: one a node, so that a slow node is not flooded, and a pause after a failure. An answer that
/// belongs to none of them is too late.
/// </summary>
internal sealed class Requests
{
    private readonly Dictionary<int, Target> _targets = [];
    private readonly QuorumCoreOptions _options;
    private long _lastCorrelationId;

    public Requests(QuorumCoreOptions options) => _options = options;

    /// <summary>True if a node can be asked now.</summary>
    public bool IsReady(int nodeId, long nowMs) => !_targets.TryGetValue(nodeId, out Target? target) || nowMs >= target.BusyUntilMs;

    /// <summary>True if an answer is waited for.</summary>
    public bool IsUnderWay(int nodeId, long nowMs) =>
        _targets.TryGetValue(nodeId, out Target? target) && target.CorrelationId is not null && nowMs < target.BusyUntilMs;

    /// <summary>Until when a node cannot be asked, at most.</summary>
    public long BusyUntilMs(int nodeId) => _targets.TryGetValue(nodeId, out Target? target) ? target.BusyUntilMs : 0;

    /// <summary>Notes a request and names it.</summary>
    public long Begin(int nodeId, long nowMs, int extraWaitMs)
    {
        long correlationId = ++_lastCorrelationId;
        _targets[nodeId] = new Target(correlationId, nowMs + _options.RequestTimeoutMs + extraWaitMs);
        return correlationId;
    }

    /// <summary>Ends the request that an answer or a failure belongs to; false if there is none.</summary>
    public bool TryEnd(int nodeId, long correlationId)
    {
        if (!_targets.TryGetValue(nodeId, out Target? target) || target.CorrelationId != correlationId)
        {
            return false;
        }
        _targets.Remove(nodeId);
        return true;
    }

    /// <summary>Lets a node alone for a while.</summary>
    public void BackOff(int nodeId, long nowMs) => _targets[nodeId] = new Target(null, nowMs + _options.RetryBackoffMs);

    /// <summary>Forgets everything: in another epoch other things are asked.</summary>
    public void Reset() => _targets.Clear();

    private sealed record Target(long? CorrelationId, long BusyUntilMs);
}
