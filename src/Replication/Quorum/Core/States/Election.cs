namespace Compat.Replication.Quorum.Core;

/// <summary>The votes of one election.</summary>
internal sealed class Election
{
    private readonly QuorumRules _rules;
    private readonly Dictionary<int, bool?> _votes;

    /// <summary>An election in which a node has voted for itself.</summary>
    public Election(IEnumerable<int> voters, int self, QuorumRules rules)
    {
        _rules = rules;
        _votes = voters.ToDictionary(voter => voter, voter => voter == self ? true : (bool?)null);
    }

    /// <summary>Who has not voted yet.</summary>
    public IEnumerable<int> Missing => _votes.Where(vote => vote.Value is null).Select(vote => vote.Key);

    /// <summary>Who has granted.</summary>
    public IEnumerable<int> Granting => _votes.Where(vote => vote.Value is true).Select(vote => vote.Key);

    /// <summary>True if a majority has granted.</summary>
    public bool IsWon => _votes.Values.Count(vote => vote is true) >= Majority;

    /// <summary>True if a majority cannot be reached any more.</summary>
    public bool IsLost => _votes.Values.Count(vote => vote is not false) < Majority;

    private int Majority => _rules.Majority(_votes.Count);

    /// <summary>Notes a vote of a voter.</summary>
    public void Record(int voter, bool isGranted)
    {
        if (_votes.ContainsKey(voter))
        {
            _votes[voter] = isGranted;
        }
    }
}
