using Compat.Replication.Metadata;

namespace Compat.Replication.Tests.Controller.Model;

/// <summary>Something that no course of events may break.</summary>
internal abstract class ControllerInvariant
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ControllerInvariant> All { get; } =
    [
        new LeaderIsInIsr(), new LeaderIsActive(), new IsrIsWithinReplicas(), new EpochsRise(), new LeaderEpochRisesWithLeader(),
        new NoUncleanLeaderUnlessAllowed(), new EligibleReplicasOnlyBelowMinimum(), new DirectoriesMatchReplicas(), new BrokerEpochsRise(),
        new AcknowledgedIsKept(),
    ];

    /// <summary>What is broken, or null.</summary>
    public abstract string? Check(ControllerWorld world, MetadataImage before, MetadataImage after);

    /// <summary>An invariant of every single partition.</summary>
    internal abstract class OfPartition : ControllerInvariant
    {
        public sealed override string? Check(ControllerWorld world, MetadataImage before, MetadataImage after)
        {
            foreach (TopicImage topic in after.Topics.ById.Values)
            {
                for (int i = 0; i < topic.Partitions.Length; i++)
                {
                    PartitionRegistration? former = before.Topics.TryGet(topic.Id, out TopicImage? was) ? was.Partition(i) : null;
                    if (Problem(world, topic, i, former, topic.Partitions[i]) is { } problem)
                    {
                        return $"{GetType().Name}: {topic.Name}-{i}: {problem}\n  before {Show(former)}\n  after  {Show(topic.Partitions[i])}";
                    }
                }
            }

            return null;
        }

        protected abstract string? Problem(ControllerWorld world, TopicImage topic, int index, PartitionRegistration? before, PartitionRegistration now);

        private static string Show(PartitionRegistration? partition) => partition is null ? "-"
            : $"leader {partition.Leader}/{partition.LeaderEpoch} epoch {partition.PartitionEpoch} replicas {string.Join(',', partition.Replicas)} isr {string.Join(',', partition.Isr)} "
                + $"elr {string.Join(',', partition.EligibleLeaderReplicas)} last {string.Join(',', partition.LastKnownElr)} adding {string.Join(',', partition.AddingReplicas)} "
                + $"removing {string.Join(',', partition.RemovingReplicas)} recovery {partition.LeaderRecoveryState}";
    }

    private sealed class LeaderIsInIsr : OfPartition
    {
        protected override string? Problem(ControllerWorld world, TopicImage topic, int index, PartitionRegistration? before, PartitionRegistration now) =>
            now.Leader == PartitionRegistration.NoLeader || now.Isr.Contains(now.Leader) ? null : "the leader is not in the ISR";
    }

    private sealed class LeaderIsActive : OfPartition
    {
        protected override string? Problem(ControllerWorld world, TopicImage topic, int index, PartitionRegistration? before, PartitionRegistration now) =>
            now.Leader == PartitionRegistration.NoLeader || world.Image.Cluster.IsActive(now.Leader) ? null : "the leader is fenced, stopping or unknown";
    }

    private sealed class IsrIsWithinReplicas : OfPartition
    {
        protected override string? Problem(ControllerWorld world, TopicImage topic, int index, PartitionRegistration? before, PartitionRegistration now)
        {
            int[] both = [.. now.Isr, .. now.EligibleLeaderReplicas];
            return both.Distinct().Count() != both.Length ? "somebody is twice in ISR and eligible replicas"
                : both.Any(id => !now.Replicas.Contains(id)) ? "somebody is in sync or eligible who is no replica"
                : now.Replicas.Distinct().Count() != now.Replicas.Length ? "a replica is there twice"
                : null;
        }
    }

    private sealed class EpochsRise : OfPartition
    {
        protected override string? Problem(ControllerWorld world, TopicImage topic, int index, PartitionRegistration? before, PartitionRegistration now) =>
            before is null || ReferenceEquals(before, now) || (now.PartitionEpoch > before.PartitionEpoch && now.LeaderEpoch >= before.LeaderEpoch)
                ? null : "a change without a higher partition epoch";
    }

    private sealed class LeaderEpochRisesWithLeader : OfPartition
    {
        protected override string? Problem(ControllerWorld world, TopicImage topic, int index, PartitionRegistration? before, PartitionRegistration now) =>
            before is null || before.Leader == now.Leader || now.LeaderEpoch > before.LeaderEpoch ? null : "another leader in the same epoch";
    }

    private sealed class NoUncleanLeaderUnlessAllowed : OfPartition
    {
        protected override string? Problem(ControllerWorld world, TopicImage topic, int index, PartitionRegistration? before, PartitionRegistration now)
        {
            if (before is null || before.Leader == now.Leader || now.Leader == PartitionRegistration.NoLeader || world.IsIsrReported)
            {
                return null;
            }

            bool isClean = before.Isr.Contains(now.Leader) || before.EligibleLeaderReplicas.Contains(now.Leader);
            bool isLastKnown = before.LastKnownElr.Contains(now.Leader);
            return isClean || world.AllowsUnclean(topic.Name) || (isLastKnown && now.LeaderRecoveryState == 1) ? null : "an unclean leader that nobody allowed";
        }
    }

    private sealed class EligibleReplicasOnlyBelowMinimum : OfPartition
    {
        protected override string? Problem(ControllerWorld world, TopicImage topic, int index, PartitionRegistration? before, PartitionRegistration now) =>
            !world.HasEligible && now.Isr.IsEmpty ? "an empty ISR without eligible replicas"
            : now.EligibleLeaderReplicas.IsEmpty ? null
            : !world.HasEligible ? "eligible replicas without the feature"
            : now.Isr.Length >= world.MinInsync(topic, now) ? "eligible replicas beside an ISR that is large enough"
            : null;
    }

    private sealed class DirectoriesMatchReplicas : OfPartition
    {
        protected override string? Problem(ControllerWorld world, TopicImage topic, int index, PartitionRegistration? before, PartitionRegistration now) =>
            now.Directories.Length == now.Replicas.Length ? null : "not one directory for each replica";
    }

    private sealed class BrokerEpochsRise : ControllerInvariant
    {
        public override string? Check(ControllerWorld world, MetadataImage before, MetadataImage after) =>
            after.Cluster.Brokers.Values.Any(broker => before.Cluster.TryGetBroker(broker.Id, out BrokerRegistration? was)
                && (was.IncarnationId == broker.IncarnationId ? was.Epoch != broker.Epoch : was.Epoch >= broker.Epoch))
                ? "BrokerEpochsRise: a new process without a higher epoch" : null;
    }

    /// <summary>A leader that runs has everything that was acknowledged, unless its election was unclean.</summary>
    private sealed class AcknowledgedIsKept : OfPartition
    {
        protected override string? Problem(ControllerWorld world, TopicImage topic, int index, PartitionRegistration? before, PartitionRegistration now) =>
            world.IsUp(now.Leader) && world.Data(topic.Id, index) is { } data && now.LeaderRecoveryState == 0 && data.MissingAt(now.Leader) is { } missing
                ? $"the leader lacks the acknowledged record {missing}" : null;
    }
}
