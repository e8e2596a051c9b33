using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Controller;

/// <summary>What a broker says about itself when it starts.</summary>
public sealed record LocalBrokerRegistration
{
    /// <summary>node.id.</summary>
    public required int BrokerId { get; init; }

    /// <summary>The id of the cluster it believes to belong to.</summary>
    public required string ClusterId { get; init; }

    /// <summary>A random id of the process.</summary>
    public required Uuid IncarnationId { get; init; }

    /// <summary>Its advertised listeners.</summary>
    public required ImmutableArray<BrokerEndpoint> Endpoints { get; init; }

    /// <summary>Ids of its log directories; one at least.</summary>
    public required ImmutableArray<Uuid> Directories { get; init; }

    /// <summary>broker.rack, or null.</summary>
    public string? Rack { get; init; }
}

/// <summary>What became of a registration.</summary>
/// <param name="Error">Why it was refused, if it was.</param>
/// <param name="BrokerEpoch">The broker's epoch, by which its requests are fenced; -1 if it was refused.</param>
public readonly record struct BrokerRegistrationResult(ApiError Error, long BrokerEpoch);

/// <summary>Decides the registration of a broker in whose process the controller runs.</summary>
internal static class BrokerRegistrations
{
    /// <summary>
    /// Registers the broker of the controller's own process. It has replayed the log that the controller decides upon,
    /// so it is not fenced for a while first, as a remote one is; and since a new process may have lost what the
    /// previous one had not flushed, every partition that it leads gets a new leader epoch, by which readers can tell.
    /// </summary>
    public static Decision<BrokerRegistrationResult> DecideLocal(ControllerTurn turn, LocalBrokerRegistration request)
    {
        if (request.ClusterId != turn.Options.ClusterId)
        {
            return Refuse(
                ErrorCode.InconsistentClusterId,
                $"Expected cluster ID {turn.Options.ClusterId}, but got cluster ID {request.ClusterId}");
        }
        if (request.Directories.Length != request.Directories.Distinct().Count())
        {
            return Refuse(ErrorCode.InvalidRegistration, "Duplicate directory ID in request");
        }
        var registration = new BrokerRegistration
        {
            Id = request.BrokerId,
            Epoch = turn.NextOffset,
            IncarnationId = request.IncarnationId,
            Endpoints = request.Endpoints,
            Features = FeatureCatalog.Supported,
            Rack = request.Rack,
            Directories = request.Directories,
            Fenced = false,
        };
        var records = new List<MetadataRecord> { registration.ToRecord(turn.MetadataVersion) };
        records.AddRange(Elections(turn, request.BrokerId));
        return new Decision<BrokerRegistrationResult>(
            records, new BrokerRegistrationResult(ApiError.None, registration.Epoch))
        {
            MayBeSplit = true,
        };
    }

    private static IEnumerable<MetadataRecord> Elections(ControllerTurn turn, int brokerId)
    {
        bool MayLead(int id) => id == brokerId || turn.Image.Cluster.IsActive(id);

        foreach (TopicImage topic in turn.Image.Topics.ById.Values)
        {
            for (int i = 0; i < topic.Partitions.Length; i++)
            {
                PartitionRegistration partition = topic.Partitions[i];
                (int leader, bool isUnclean) = LeaderElection.Elect(partition, MayLead, Election.Online);
                if (leader == brokerId || leader != partition.Leader)
                {
                    yield return LeaderElection.Record(
                        topic.Id, i, partition, leader, isUnclean, turn.MetadataVersion);
                }
            }
        }
    }

    private static Decision<BrokerRegistrationResult> Refuse(ErrorCode code, string message) =>
        Decision<BrokerRegistrationResult>.Unchanged(new BrokerRegistrationResult(new ApiError(code, message), -1));
}
