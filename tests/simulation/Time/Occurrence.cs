namespace Compat.Simulation.Time;

/// <summary>Something that will happen at a time, to somebody.</summary>
internal sealed class Occurrence(NodeClock? owner, Action action)
{
    private bool _isCancelled;

    /// <summary>It will not happen.</summary>
    public void Cancel() => _isCancelled = true;

    /// <summary>Lets it happen, if its owner is there to see it; a paused one sees it later.</summary>
    public bool TryHappen()
    {
        if (_isCancelled || owner is { IsStopped: true })
        {
            return false;
        }

        if (owner is { IsPaused: true })
        {
            owner.Postpone(this);
            return false;
        }

        action();
        return true;
    }

    public override string ToString() => $"{action.Method.Name} of {action.Target} of {owner}";
}
