using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups.Model;

/// <summary>
/// A consumer reduced to its conversation with the coordinator: it joins, fetches its assignment, reads and commits, and goes through
/// every error as real clients do. Each step is one thing it does; between steps the world may change.
/// </summary>
internal sealed class ModelClient(GroupModel model, string name, bool isCooperative, string? instanceId)
{
    private readonly Dictionary<int, long> _positions = [];
    private string _memberId = "";
    private int _generation = -1;
    private Reply<JoinGroupResponse>? _joining;
    private Reply<SyncGroupResponse>? _syncing;
    private int _syncingGeneration;
    private bool _mustJoin = true;
    private int[] _claimed = [];

    public string Name => name;

    public string? InstanceId => instanceId;

    public bool IsCooperative => isCooperative;

    public int Generation => _generation;

    public bool IsSettled => !_mustJoin && _joining is null && _syncing is null;

    public IReadOnlyCollection<int> Owned => _positions.Keys;

    /// <summary>Does the next thing.</summary>
    public void Step()
    {
        if (_joining is not null)
        {
            ReceiveJoin();
        }
        else if (_syncing is not null)
        {
            ReceiveSync();
        }
        else if (_mustJoin)
        {
            SendJoin();
        }
        else
        {
            Heartbeat();
        }
    }

    /// <summary>Reads on and commits how far it is.</summary>
    public void Commit(int records)
    {
        foreach (int partition in _positions.Keys.ToArray())
        {
            long offset = _positions[partition] + records;
            ErrorCode error = model.Commit(_memberId, instanceId, _generation, partition, offset);
            if (error == ErrorCode.None)
            {
                _positions[partition] = offset;
            }
            else
            {
                React(error);
                return;
            }
        }
    }

    public void Leave() => model.Leave(_memberId, instanceId);

    /// <summary>The coordinator was lost with everything it had not logged: what waits there is never answered.</summary>
    public void CoordinatorLost()
    {
        if (_joining is { IsDecided: false } || _syncing is { IsDecided: false })
        {
            _joining = null;
            _syncing = null;
            _mustJoin = true;
        }
    }

    private void SendJoin()
    {
        if (!isCooperative)
        {
            // An eager consumer gives up everything before it joins.
            _positions.Clear();
        }

        _mustJoin = false;
        _claimed = [.. _positions.Keys];
        model.Note($"{name} joins, owning {string.Join(' ', _positions.Keys)}");
        _joining = model.Join(_memberId, instanceId, isCooperative ? "cooperative-sticky" : "range", name, ModelProtocol.Encode(_positions.Keys));
    }

    private void ReceiveJoin()
    {
        if (_joining!.Response is not { } joined)
        {
            return;
        }

        _joining = null;
        if (joined.ErrorCode == ErrorCode.MemberIdRequired)
        {
            _memberId = joined.MemberId;
            _mustJoin = true;
        }
        else if (joined.ErrorCode != ErrorCode.None)
        {
            React(joined.ErrorCode);
        }
        else
        {
            _memberId = joined.MemberId;
            _generation = joined.GenerationId;
            bool leads = joined.Leader == _memberId && !joined.SkipAssignment;
            _syncingGeneration = _generation;
            _syncing = model.Sync(_memberId, instanceId, _generation, joined, leads ? Assign(joined) : []);
        }
    }

    private void ReceiveSync()
    {
        if (_syncing!.Response is not { } synced)
        {
            return;
        }

        _syncing = null;
        if (synced.ErrorCode != ErrorCode.None)
        {
            React(synced.ErrorCode);
            return;
        }

        int[] assigned = ModelProtocol.Decode(synced.Assignment);
        model.Note($"{name} in {_syncingGeneration} is assigned {string.Join(' ', assigned)}");
        model.OneOwner.Assigned(_syncingGeneration, _memberId, assigned);
        bool hasGivenUp = _claimed.Except(assigned).Any();
        foreach (int lost in _positions.Keys.Except(assigned).ToArray())
        {
            _positions.Remove(lost);
        }

        foreach (int gained in assigned.Where(partition => !_positions.ContainsKey(partition)))
        {
            _positions[gained] = Math.Max(0, model.Fetch(gained));
        }

        // A cooperative consumer that gave up what it had said it owned joins again, so that it finds its new owner.
        _mustJoin = isCooperative && hasGivenUp;
    }

    private void Heartbeat()
    {
        ErrorCode error = model.Heartbeat(_memberId, instanceId, _generation);
        if (error != ErrorCode.None)
        {
            React(error);
        }
    }

    private void React(ErrorCode error)
    {
        model.Note($"{name} is told {error}");
        switch (error)
        {
            case ErrorCode.RebalanceInProgress or ErrorCode.NotCoordinator or ErrorCode.CoordinatorNotAvailable:
                _mustJoin = true;
                break;
            case ErrorCode.IllegalGeneration:
                _generation = -1;
                _positions.Clear();
                _mustJoin = true;
                break;
            case ErrorCode.UnknownMemberId:
                _memberId = "";
                _generation = -1;
                _positions.Clear();
                _mustJoin = true;
                break;
            case ErrorCode.FencedInstanceId:
                model.Fenced(this);
                break;
            default:
                Assert.Fail($"{name} does not expect {error}.");
                break;
        }
    }

    private (string MemberId, byte[] Assignment)[] Assign(JoinGroupResponse joined)
    {
        string[] members = [.. joined.Members.Select(member => member.MemberId)];
        Dictionary<string, int[]> owned = joined.Members.ToDictionary(member => member.MemberId, member => ModelProtocol.Decode(member.Metadata));
        var owner = new Dictionary<int, string>();
        foreach ((string memberId, int[] partitions) in owned)
        {
            foreach (int partition in partitions)
            {
                owner.TryAdd(partition, memberId);
            }
        }

        var plan = members.ToDictionary(memberId => memberId, _ => new List<int>());
        for (int partition = 0; partition < GroupModel.Partitions; partition++)
        {
            string target = members[partition % members.Length];
            bool isFree = joined.ProtocolName == "range" || !owner.TryGetValue(partition, out string? present) || present == target;
            if (isFree)
            {
                plan[target].Add(partition);
            }
        }

        return [.. plan.Select(entry => (entry.Key, ModelProtocol.Encode(entry.Value)))];
    }
}
