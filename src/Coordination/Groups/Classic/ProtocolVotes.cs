namespace Compat.Coordination.Groups.Classic;

/// <summary>Which protocols all members of a group have in common, and which of them most members like best.</summary>
internal sealed class ProtocolVotes
{
    private readonly Dictionary<string, int> _supporters = [];

    /// <summary>Counts a member in.</summary>
    public void Add(MemberProtocols protocols)
    {
        foreach (string name in protocols.Names)
        {
            _supporters[name] = _supporters.GetValueOrDefault(name) + 1;
        }
    }

    /// <summary>Counts a member out.</summary>
    public void Remove(MemberProtocols protocols)
    {
        foreach (string name in protocols.Names)
        {
            int left = _supporters.GetValueOrDefault(name) - 1;
            if (left > 0)
            {
                _supporters[name] = left;
            }
            else
            {
                _supporters.Remove(name);
            }
        }
    }

    /// <summary>Whether <paramref name="memberCount"/> members, that is all of them, have the protocol.</summary>
    public bool IsCommon(string name, int memberCount) => _supporters.GetValueOrDefault(name) == memberCount;

    /// <summary>The protocol with the most votes: each member votes for the first in its list that all members have.</summary>
    /// <param name="members">All members of the group, at least one.</param>
    /// <returns>The winner; among equals the one that was voted for first.</returns>
    public string? Select(IReadOnlyCollection<ClassicMember> members)
    {
        var votes = new List<(string Name, int Count)>();
        foreach (ClassicMember member in members)
        {
            string? vote = member.Protocols.Names.FirstOrDefault(name => IsCommon(name, members.Count));
            if (vote is null)
            {
                continue;
            }

            int index = votes.FindIndex(candidate => candidate.Name == vote);
            if (index < 0)
            {
                votes.Add((vote, 1));
            }
            else
            {
                votes[index] = (vote, votes[index].Count + 1);
            }
        }

        return votes.Count == 0 ? null : votes.MaxBy(candidate => candidate.Count).Name;
    }
}
