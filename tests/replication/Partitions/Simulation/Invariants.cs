using System.Text;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Wire.Records;
using Record = Compat.Wire.Records.Record;

namespace Compat.Replication.Tests.Partitions.Simulation;

/// <summary>What must never be otherwise. Looked at after every event.</summary>
internal abstract class Invariant
{
    public string Name => GetType().Name;

    /// <summary>What is wrong; null if nothing is.</summary>
    public abstract string? Check(PartitionSimulation simulation);

    /// <summary>Forgets what a process had, because it has ended.</summary>
    public virtual void OnEnded(int brokerId)
    {
    }

    protected static string Value(Record record) => Encoding.UTF8.GetString(record.Value);
}

/// <summary>
/// Logs agree up to their high watermarks: at each offset that any replica has ever shown as committed there is one
/// content, for all replicas and for ever.
/// </summary>
internal sealed class CommittedRecordsNeverChange : Invariant
{
    private readonly Dictionary<(int Partition, long Offset), string> _committed = [];
    private readonly Dictionary<(int Broker, int Partition), long> _checked = [];

    public IReadOnlyDictionary<(int Partition, long Offset), string> Committed => _committed;

    public override void OnEnded(int brokerId)
    {
        foreach ((int, int) key in _checked.Keys.Where(key => key.Broker == brokerId).ToArray())
        {
            _checked.Remove(key);
        }
    }

    public override string? Check(PartitionSimulation simulation)
    {
        foreach ((SimulatedBroker broker, int index, Partition partition) in simulation.Replicas)
        {
            long from = _checked.GetValueOrDefault((broker.Id, index));
            if (partition.HighWatermark <= from)
            {
                continue;
            }
            foreach (RecordBatch batch in partition.Log.ReadBatches(from))
            {
                foreach (Record record in batch.Records())
                {
                    string? wrong = Check(broker, index, partition, record);
                    if (wrong is not null)
                    {
                        return wrong;
                    }
                }
            }
            _checked[(broker.Id, index)] = partition.HighWatermark;
        }
        return null;
    }

    private string? Check(SimulatedBroker broker, int index, Partition partition, Record record)
    {
        if (record.Offset >= partition.HighWatermark)
        {
            return null;
        }
        string value = Value(record);
        return _committed.TryAdd((index, record.Offset), value) || _committed[(index, record.Offset)] == value
            ? null
            : $"broker {broker.Id} has {value} at {index}@{record.Offset}, where {_committed[(index, record.Offset)]} was committed";
    }
}

/// <summary>What was acknowledged to a producer with acks=all is in the log of whoever leads.</summary>
internal sealed class AcknowledgedRecordsSurvive : Invariant
{
    private readonly Dictionary<int, (int Epoch, int Acknowledged)> _checked = [];

    public override void OnEnded(int brokerId) => _checked.Clear();

    public override string? Check(PartitionSimulation simulation)
    {
        for (int index = 0; index < simulation.Options.Partitions; index++)
        {
            IReadOnlyList<(long Offset, string Value)> acknowledged = simulation.Acknowledged(index);
            if (simulation.Leader(index) is { } leader && !_checked.GetValueOrDefault(index).Equals((leader.LeaderEpoch, acknowledged.Count)))
            {
                if (acknowledged.Count > 0 && Find(leader, acknowledged, simulation.IsHealed) is { } lost)
                {
                    return $"{lost.Value} was acknowledged at {index}@{lost.Offset}; leader {leader.LeaderId} of epoch {leader.LeaderEpoch} ends at {leader.Log.LogEndOffset} and does not have it";
                }
                _checked[index] = (leader.LeaderEpoch, acknowledged.Count);
            }
        }
        return null;
    }

    /// <summary>The first that is missing. All are looked for once an epoch, the newest each time.</summary>
    private static (long Offset, string Value)? Find(Partition leader, IReadOnlyList<(long Offset, string Value)> acknowledged, bool all)
    {
        var found = new Dictionary<long, string>();
        long from = all ? 0 : acknowledged[Math.Max(0, acknowledged.Count - 8)].Offset;
        foreach (RecordBatch batch in leader.Log.ReadBatches(from))
        {
            foreach (Record record in batch.Records())
            {
                found[record.Offset] = Value(record);
            }
        }
        foreach ((long offset, string value) in acknowledged.Where(each => each.Offset >= from))
        {
            if (found.GetValueOrDefault(offset) != value)
            {
                return (offset, value);
            }
        }
        return null;
    }
}

/// <summary>The end of what consumers see never goes back, whoever leads.</summary>
internal sealed class VisibleEndIsMonotonic : Invariant
{
    private readonly Dictionary<int, long> _ends = [];

    public override string? Check(PartitionSimulation simulation)
    {
        for (int index = 0; index < simulation.Options.Partitions; index++)
        {
            if (simulation.Leader(index) is not { IsHighWatermarkStale: false } leader)
            {
                continue;
            }
            long before = _ends.GetValueOrDefault(index);
            if (leader.HighWatermark < before)
            {
                return $"partition {index} ended at {before} for consumers, and with leader {leader.LeaderId} of epoch {leader.LeaderEpoch} at {leader.HighWatermark}";
            }
            _ends[index] = leader.HighWatermark;
        }
        return null;
    }
}

/// <summary>Offsets are in their order: log start, high watermark, log end.</summary>
internal sealed class OffsetsAreOrdered : Invariant
{
    public override string? Check(PartitionSimulation simulation)
    {
        foreach ((SimulatedBroker broker, int index, Partition partition) in simulation.Replicas)
        {
            if (partition.Log.LogStartOffset > partition.HighWatermark || partition.HighWatermark > partition.Log.LogEndOffset)
            {
                return $"broker {broker.Id}: {partition.Log} of {index}";
            }
        }
        return null;
    }
}

/// <summary>Every replica in sync that is alive has everything that was ever committed.</summary>
internal sealed class InSyncReplicasHaveWhatIsCommitted(CommittedRecordsNeverChange history) : Invariant
{
    public override string? Check(PartitionSimulation simulation)
    {
        for (int index = 0; index < simulation.Options.Partitions; index++)
        {
            PartitionRegistration registration = simulation.Controller.Partition(index);
            foreach (int id in registration.Isr)
            {
                // A process that has just come back is in the set until the controller knows.
                if (simulation.Process(id) is { IsRegistered: true } broker && broker.Partition(index) is { } partition
                    && simulation.Controller.IsUnfenced(id)
                    && history.Committed.ContainsKey((index, partition.Log.LogEndOffset)))
                {
                    return $"broker {id} is in sync for {index} and ends at {partition.Log.LogEndOffset}, which is committed";
                }
            }
        }
        return null;
    }
}
