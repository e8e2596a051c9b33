using Compat.Replication.Quorum.Core;

namespace Compat.Replication.Tests.Quorum.Simulation;

/// <summary>Something happened that must never happen.</summary>
internal sealed class InvariantViolation(string message) : Exception(message);

/// <summary>What has to hold after every step of a simulation.</summary>
internal interface IInvariant
{
    /// <summary>Looks at a node that has just done something.</summary>
    /// <exception cref="InvariantViolation">It does not hold.</exception>
    void Check(SimulatedReplica replica);
}

/// <summary>An epoch has one leader.</summary>
internal sealed class OneLeaderAnEpoch : IInvariant
{
    private readonly Dictionary<int, int> _leaders = [];

    public void Check(SimulatedReplica replica)
    {
        if (replica.Core.IsLeader && _leaders.TryAdd(replica.Core.Epoch, replica.Id) == false && _leaders[replica.Core.Epoch] != replica.Id)
        {
            throw new InvariantViolation($"epoch {replica.Core.Epoch} is led by {_leaders[replica.Core.Epoch]} and by {replica.Id}");
        }
    }
}

/// <summary>A node never takes back what it said to be committed, and the leaders' high watermark never goes down.</summary>
internal sealed class MonotonicHighWatermark : IInvariant
{
    private readonly Dictionary<(int Id, int Incarnation), long> _highWatermarks = [];
    private (int Epoch, long HighWatermark) _leaders;

    public void Check(SimulatedReplica replica)
    {
        var key = (replica.Id, replica.Incarnation);
        long highWatermark = replica.Core.HighWatermark;
        if (_highWatermarks.TryGetValue(key, out long before) && highWatermark < before)
        {
            throw new InvariantViolation($"the high watermark of {replica.Id} went from {before} down to {highWatermark}");
        }
        _highWatermarks[key] = highWatermark;
        if (replica.Core.State is LeaderState { HighWatermark: >= 0 } leader && leader.Epoch >= _leaders.Epoch)
        {
            if (leader.HighWatermark < _leaders.HighWatermark)
            {
                throw new InvariantViolation($"the leader of epoch {leader.Epoch} shows the high watermark {leader.HighWatermark}, one before showed {_leaders.HighWatermark}");
            }
            _leaders = (leader.Epoch, leader.HighWatermark);
        }
    }
}

/// <summary>What one node has committed is what every node commits at that offset.</summary>
internal sealed class CommittedEntriesNeverChange : IInvariant
{
    private readonly List<StoredBatch> _history = [];
    private readonly List<ulong> _states = [];
    private readonly Dictionary<(int Id, int Incarnation), long> _applied = [];

    /// <summary>Everything that was ever committed.</summary>
    public IReadOnlyList<StoredBatch> History => _history;

    /// <summary>The state after everything below an offset.</summary>
    public ulong StateAt(long offset)
    {
        int count = CountBelow(offset);
        return count == 0 ? 0 : _states[count - 1];
    }

    public void Check(SimulatedReplica replica)
    {
        var key = (replica.Id, replica.Incarnation);
        long applied = Math.Max(_applied.GetValueOrDefault(key), replica.Disk.StartOffset);
        for (int i = replica.Disk.IndexOf(applied); i < replica.Disk.Log.Count; i++)
        {
            StoredBatch batch = replica.Disk.Log[i];
            if (batch.EndOffset > replica.Core.HighWatermark)
            {
                break;
            }
            Check(replica, batch);
            applied = batch.EndOffset;
        }
        _applied[key] = applied;
    }

    private void Check(SimulatedReplica replica, StoredBatch batch)
    {
        int at = CountBelow(batch.BaseOffset);
        if (at == _history.Count)
        {
            Add(batch, replica);
        }
        else if (!_history[at].IsSameAs(batch))
        {
            throw new InvariantViolation(
                $"{replica.Id} has committed another batch of epoch {batch.Epoch} at {batch.BaseOffset} than the one of epoch {_history[at].Epoch} that was");
        }
    }

    private void Add(StoredBatch batch, SimulatedReplica replica)
    {
        if (batch.BaseOffset != (_history.Count == 0 ? 0 : _history[^1].EndOffset))
        {
            throw new InvariantViolation($"{replica.Id} has committed {batch.BaseOffset} behind a gap");
        }
        int holders = replica.Simulation.Voters.Count(voter => voter.Disk.HasDurably(batch));
        if (holders <= replica.Simulation.Voters.Count / 2)
        {
            throw new InvariantViolation($"{replica.Id} has committed {batch.BaseOffset}, which only {holders} voters have on disk");
        }
        ulong before = _states.Count == 0 ? 0 : _states[^1];
        _history.Add(batch);
        _states.Add((before * 1_099_511_628_211) ^ (ulong)batch.BaseOffset ^ ((ulong)batch.Epoch << 32));
    }

    private int CountBelow(long offset)
    {
        int low = 0;
        int high = _history.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _history[middle].EndOffset <= offset ? (middle + 1, high) : (low, middle);
        }
        return low;
    }
}
