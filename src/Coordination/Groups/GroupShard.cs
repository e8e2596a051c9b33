using Compat.Coordination.Groups.Classic;
using Compat.Coordination.Groups.Offsets;
using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Wire.Messages;

namespace Compat.Coordination.Groups;

/// <summary>
/// The groups and offsets of one partition of <c>__consumer_offsets</c>. A group exists because the log says so: by a group
/// record, or by an offset committed for it.
/// </summary>
internal sealed partial class GroupShard : ICoordinatorShard
{
    private readonly GroupEnvironment _environment;
    private readonly Dictionary<string, Group> _groups = [];
    private readonly CommittedOffsets _offsets;
    private readonly RetentionTimer _retentionTimer;

    public GroupShard(GroupEnvironment environment)
    {
        _environment = environment;
        _offsets = new CommittedOffsets(environment.Config, environment.Metrics);
        _retentionTimer = new RetentionTimer(this);
    }

    /// <summary>The groups by id.</summary>
    public IReadOnlyDictionary<string, Group> Groups => _groups;

    /// <summary>The offsets.</summary>
    public CommittedOffsets Offsets => _offsets;

    /// <inheritdoc/>
    public CoordinatorRecord? Read(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value) => GroupRecords.Read(key, value);

    /// <inheritdoc/>
    public void Apply(CoordinatorRecord record, RecordPosition position)
    {
        switch (record)
        {
            case OffsetCommitRecord commit:
                if (commit.Value is not null && !_groups.ContainsKey(commit.Key.Group))
                {
                    _groups.Add(commit.Key.Group, NewClassicGroup(commit.Key.Group, commit.Value.CommitTimestamp));
                }

                _offsets.Apply(commit, position);
                break;
            case GroupMetadataRecord { Value: { } value } metadata:
                Apply(metadata.Key.Group, value);
                break;
            case GroupMetadataRecord deletion:
                if (_groups.Remove(deletion.Key.Group, out Group? removed))
                {
                    (removed as ClassicGroup)?.MarkDead();
                }

                break;
            default:
                throw new ArgumentException($"A {record.GetType().Name} is no record of a group coordinator.", nameof(record));
        }
    }

    /// <inheritdoc/>
    public void ApplyTransactionEnd(long producerId, bool committed) => _offsets.ApplyTransactionEnd(producerId, committed);

    /// <inheritdoc/>
    public void Owed(Turn turn)
    {
        foreach (Group group in _groups.Values.ToArray())
        {
            (group as ClassicGroup)?.Owed(turn);
        }

        turn.Set(_retentionTimer, _environment.Config.OffsetsRetentionCheckIntervalMs);
    }

    /// <inheritdoc/>
    public IEnumerable<Reply> Waiting() => _groups.Values.SelectMany(group => group.Waiting());

    private void Apply(string groupId, GroupMetadataValue value)
    {
        if (!_groups.TryGetValue(groupId, out Group? group))
        {
            _groups.Add(groupId, group = NewClassicGroup(groupId, value.CurrentStateTimestamp));
        }

        (group as ClassicGroup)?.Apply(value);
    }

    private ClassicGroup NewClassicGroup(string groupId, long stateTimestampMs) => new(groupId, stateTimestampMs, _environment);

    /// <summary>Rings when expired offsets are to be looked for.</summary>
    private sealed class RetentionTimer(GroupShard shard) : ShardTimer
    {
        public override void Ring(Turn turn)
        {
            shard.RemoveExpired(turn);
            turn.Set(this, shard._environment.Config.OffsetsRetentionCheckIntervalMs);
        }
    }
}
