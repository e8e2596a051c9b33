using Compat.Replication.Metadata;

namespace Compat.Replication.Controller;

/// <summary>
/// Decides the elections that nobody asks for: leaderships go back to the preferred replicas (auto.leader.rebalance.enable), and
/// partitions that stay without a leader get an unclean one where their settings allow it. True if there may be more to do.
/// </summary>
internal static class LeaderElections
{
    /// <summary>Most elections of one decision, as in Kafka, so that others are not kept waiting.</summary>
    public const int MaxElections = 1_000;

    /// <summary>Elects preferred leaders.</summary>
    public static Decision<bool> DecidePreferred(ControllerTurn turn) => Decide(
        turn,
        Election.Preferred,
        (_, partition) => partition.Leader != partition.Replicas[0]);

    /// <summary>Elects leaders uncleanly, where that is allowed.</summary>
    public static Decision<bool> DecideUnclean(ControllerTurn turn) => Decide(
        turn,
        Election.Unclean,
        (topic, partition) => partition.Leader == PartitionRegistration.NoLeader && turn.AllowsUncleanElection(topic.Name));

    private static Decision<bool> Decide(
        ControllerTurn turn, Election election, Func<TopicImage, PartitionRegistration, bool> isConcerned)
    {
        var records = new List<MetadataRecord>();
        foreach (TopicImage topic in turn.Image.Topics.ById.Values)
        {
            for (int i = 0; i < topic.Partitions.Length && records.Count < MaxElections; i++)
            {
                if (isConcerned(topic, topic.Partitions[i])
                    && new PartitionChange(turn, topic, i) { Election = election }.Build() is { } record)
                {
                    records.Add(record);
                }
            }
        }
        return new Decision<bool>(records, records.Count == MaxElections) { MayBeSplit = true };
    }
}
