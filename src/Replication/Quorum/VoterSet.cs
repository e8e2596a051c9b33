using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Replication.Quorum.Core;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Quorum;

/// <summary>A voter of the quorum.</summary>
/// <param name="NodeId">Its node id.</param>
/// <param name="DirectoryId">The id of its metadata log directory: a voter that lost its disk is not the same voter.</param>
/// <param name="Endpoints">Its listeners for controllers.</param>
public sealed record Voter(int NodeId, Uuid DirectoryId, ImmutableArray<BrokerEndpoint> Endpoints)
{
    private const short MaxKRaftVersion = 1;

    internal static Voter From(VotersRecord.Voter record) => new(
        record.VoterId,
        record.VoterDirectoryId,
        [.. record.Endpoints.Select(endpoint => new BrokerEndpoint(endpoint.Name, endpoint.Host, endpoint.Port, 0))]);

    internal VotersRecord.Voter ToRecord() => new()
    {
        VoterId = NodeId,
        VoterDirectoryId = DirectoryId,
        Endpoints =
        [
            .. Endpoints.Select(endpoint => new VotersRecord.Endpoint
            {
                Name = endpoint.ListenerName,
                Host = endpoint.Host,
                Port = (ushort)endpoint.Port,
            }),
        ],
        KRaftVersionFeature = new VotersRecord.KRaftVersionFeature
        {
            MinSupportedVersion = 0,
            MaxSupportedVersion = MaxKRaftVersion,
        },
    };

    /// <summary>Where the voter is reached by a listener, or null.</summary>
    internal QuorumNode? NodeAt(string listener)
    {
        foreach (BrokerEndpoint endpoint in Endpoints)
        {
            if (endpoint.ListenerName == listener)
            {
                return new QuorumNode(NodeId, endpoint.Host, endpoint.Port);
            }
        }
        return null;
    }

    /// <inheritdoc/>
    public bool Equals(Voter? other) => other is not null
        && NodeId == other.NodeId
        && DirectoryId == other.DirectoryId
        && Endpoints.SequenceEqual(other.Endpoints);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(NodeId, DirectoryId);
}

/// <summary>The voters of the quorum and the level of kraft.version, as control records of the log say them.</summary>
/// <param name="KRaftVersion">0 if the log does not keep the voters, 1 if it does.</param>
/// <param name="Voters">The voters; empty while none are known.</param>
public sealed record VoterSet(short KRaftVersion, ImmutableArray<Voter> Voters)
{
    /// <summary>Nothing known.</summary>
    public static VoterSet Empty { get; } = new(0, []);

    /// <summary>The voter with an id, or null.</summary>
    public Voter? Find(int nodeId)
    {
        foreach (Voter voter in Voters)
        {
            if (voter.NodeId == nodeId)
            {
                return voter;
            }
        }
        return null;
    }

    /// <summary>True if a replica votes.</summary>
    internal bool IsVoter(ReplicaKey replica) => Find(replica.Id) is { } voter && new ReplicaKey(voter.NodeId, voter.DirectoryId).Covers(replica);

    /// <summary>The voters with one of them as it is now.</summary>
    internal VoterSet With(ReplicaKey replica, ImmutableArray<BrokerEndpoint> endpoints) => this with
    {
        Voters = [.. Voters.Select(voter => voter.NodeId == replica.Id ? new Voter(replica.Id, replica.DirectoryId, endpoints) : voter)],
    };

    /// <summary>True if the same nodes vote, with the same directories and listeners.</summary>
    internal bool HasSameVoters(VoterSet other) => Voters.SequenceEqual(other.Voters);
}
