namespace Compat.Replication.Quorum.Core;

/// <summary>
/// The voters as of every offset of the log that changed them (KIP-853). The last ones count, whether or not they are
/// committed; truncation takes them back.
/// </summary>
internal sealed class VoterHistory
{
    private readonly List<(long Offset, VoterSet Voters)> _changes = [];
    private VoterSet _before;
    private bool _isBeforeRecorded;

    /// <param name="before">The voters before the log: of the configuration, of formatting, or of a snapshot.</param>
    /// <param name="isRecorded">True for those of a snapshot, which every replica has.</param>
    public VoterHistory(VoterSet before, bool isRecorded) => (_before, _isBeforeRecorded) = (before, isRecorded);

    /// <summary>True if log or snapshots have the voters; a leader of kraft.version 1 otherwise begins with them.</summary>
    public bool IsRecorded => _isBeforeRecorded || _changes.Count > 0;

    /// <summary>The voters now.</summary>
    public VoterSet Last => _changes.Count > 0 ? _changes[^1].Voters : _before;

    public void Add(long offset, VoterSet voters)
    {
        if (!ReferenceEquals(voters, Last))
        {
            _changes.Add((offset, voters));
        }
    }

    public void TruncateTo(long offset) => _changes.RemoveAll(change => change.Offset >= offset);

    /// <summary>The voters up to an offset, for a snapshot that ends there.</summary>
    public VoterSet Before(long offset)
    {
        int at = _changes.FindLastIndex(change => change.Offset < offset);
        return at < 0 ? _before : _changes[at].Voters;
    }

    /// <summary>A snapshot took the place of the log.</summary>
    public void StartAt(VoterSet voters)
    {
        (_before, _isBeforeRecorded) = (voters, true);
        _changes.Clear();
    }
}
