using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Transactions and idempotent producers.</summary>
internal static class TransactionSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Transactions";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        Int("transaction.state.log.min.isr", "2", AtLeast(1), "In-sync replicas the transaction topic needs.").WithoutEffect(Reasons.NoTransactions),
        Int("transaction.state.log.load.buffer.size", "5242880", AtLeast(1), "Bytes read at a time while transaction state is loaded.").WithoutEffect(Reasons.NoTransactions),
        Short("transaction.state.log.replication.factor", "3", AtLeast(1), "Number of replicas of the transaction topic.").WithoutEffect(Reasons.NoTransactions),
        Int("transaction.state.log.num.partitions", "50", AtLeast(1), "Number of partitions of the transaction topic.").WithoutEffect(Reasons.NoTransactions),
        Int("transaction.state.log.segment.bytes", "104857600", AtLeast(1), "Segment size in bytes of the transaction topic.").WithoutEffect(Reasons.NoTransactions),
        Bool("transaction.partition.verification.enable", "true", "Whether a transactional write is checked with the coordinator first.").ClusterWide().WithoutEffect(Reasons.NoTransactions),
        Int("transactional.id.expiration.ms", "604800000", AtLeast(1), "Time in milliseconds without use after which a transactional id is forgotten.").WithoutEffect(Reasons.NoTransactions),
        Int("transaction.max.timeout.ms", "900000", AtLeast(1), "Longest transaction timeout in milliseconds a producer may ask for."),
        Int("transaction.abort.timed.out.transaction.cleanup.interval.ms", "10000", AtLeast(1), "Time in milliseconds between two looks for transactions to abort.").WithoutEffect(Reasons.NoTransactions),
        Int("transaction.remove.expired.transaction.cleanup.interval.ms", "3600000", AtLeast(1), "Time in milliseconds between two looks for transactional ids to forget.").WithoutEffect(Reasons.NoTransactions),
        Bool("transaction.two.phase.commit.enable", "false", "Whether an external coordinator may take part in a transaction.").WithoutEffect(Reasons.NoTransactions),
        Int("producer.id.expiration.ms", "86400000", AtLeast(1), "Time in milliseconds without writes after which a partition forgets a producer id.").ClusterWide(),
        Int("producer.id.expiration.check.interval.ms", "600000", AtLeast(1), "Time in milliseconds between two looks for producer ids to forget.").Internal(),
    ];
}
