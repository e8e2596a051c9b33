using static Compat.Log.Configuration.ConfigRule;
using static Compat.Log.Configuration.ConfigType;

namespace Compat.Log.Configuration;

// What records may look like, who has to have them, and what belongs to features beyond one broker.
public static partial class TopicConfigs
{
    private const string NoRemoteStorage = "there is no remote storage";
    private const string NoShareGroups = "there are no share groups";

    private static ConfigDefinition[] Records() =>
    [
        Define(TopicConfigNames.MaxMessageBytes, Int, "1048588", AtLeast(0), "message.max.bytes",
            "Largest record batch in bytes, as compressed, that a producer may write."),
        Define(TopicConfigNames.CompressionType, ConfigType.String, "producer", OneOf("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"), "compression.type",
            "The codec batches are stored with: uncompressed, gzip, snappy, lz4 or zstd; producer keeps what the producer chose."),
        Define(TopicConfigNames.CompressionGzipLevel, Int, "-1", BetweenOr(1, 9, -1), "compression.gzip.level",
            "Level used when compression.type is gzip; -1 is the codec's own default."),
        Define(TopicConfigNames.CompressionLz4Level, Int, "9", Between(1, 17), "compression.lz4.level",
            "Level used when compression.type is lz4."),
        Define(TopicConfigNames.CompressionZstdLevel, Int, "3", Between(-131072, 22), "compression.zstd.level",
            "Level used when compression.type is zstd."),
        Define(TopicConfigNames.MessageTimestampType, ConfigType.String, "CreateTime", OneOf("CreateTime", "LogAppendTime"), "log.message.timestamp.type",
            "Whose clock dates a record: CreateTime keeps the producer's time, LogAppendTime puts the broker's in its place."),
        Define(TopicConfigNames.MessageTimestampBeforeMaxMs, Long, "9223372036854775807", AtLeast(0), "log.message.timestamp.before.max.ms",
            "How many milliseconds a record's own time may lie before the broker's; an older record is refused. Not used with LogAppendTime."),
        Define(TopicConfigNames.MessageTimestampAfterMaxMs, Long, "3600000", AtLeast(0), "log.message.timestamp.after.max.ms",
            "How many milliseconds a record's own time may lie after the broker's; a later record is refused. Not used with LogAppendTime."),
    ];

    private static ConfigDefinition[] Replication() =>
    [
        Define(TopicConfigNames.MinInsyncReplicas, Int, "1", AtLeast(1), "min.insync.replicas",
            "Number of replicas, the leader included, that have to be in sync for a write with acks=all to be taken."),
        Define(TopicConfigNames.UncleanLeaderElectionEnable, ConfigType.Boolean, "false", null, "unclean.leader.election.enable",
            "Whether a replica outside the in-sync set may become leader when there is no other, at the price of losing records."),
        Define(TopicConfigNames.LeaderReplicationThrottledReplicas, List, "", ThrottledReplicas, "",
            "The replicas whose leaders are throttled, as partition:broker pairs, or * for all of the topic."),
        Define(TopicConfigNames.FollowerReplicationThrottledReplicas, List, "", ThrottledReplicas, "",
            "The replicas whose followers are throttled, as partition:broker pairs, or * for all of the topic."),
        Define(TopicConfigNames.ErrorsDeadLetterQueueGroupEnable, ConfigType.Boolean, "false", null, "",
            "Whether share groups may write records they could not deliver to this topic (KIP-1191).").WithoutEffect(NoShareGroups),
    ];

    private static ConfigDefinition[] Remote() =>
    [
        Define(TopicConfigNames.RemoteStorageEnable, ConfigType.Boolean, "false", null, "",
            "Whether closed segments are copied to remote storage. Refused while remote.log.storage.system.enable is off.").WithoutEffect(NoRemoteStorage),
        Define(TopicConfigNames.LocalRetentionMs, Long, "-2", AtLeast(-2), "log.local.retention.ms",
            "Age in milliseconds above which a segment that has been copied leaves the local disk; -2 takes retention.ms.").WithoutEffect(NoRemoteStorage),
        Define(TopicConfigNames.LocalRetentionBytes, Long, "-2", AtLeast(-2), "log.local.retention.bytes",
            "Size in bytes above which segments that have been copied leave the local disk; -2 takes retention.bytes.").WithoutEffect(NoRemoteStorage),
        Define(TopicConfigNames.RemoteLogCopyDisable, ConfigType.Boolean, "false", null, "",
            "Whether copying to remote storage has stopped; what is there stays readable.").WithoutEffect(NoRemoteStorage),
        Define(TopicConfigNames.RemoteCopyLagMs, Long, "0", AtLeast(-1), "log.remote.copy.lag.ms",
            "Age in milliseconds at which a closed segment may be copied; -1 takes the local retention time.").WithoutEffect(NoRemoteStorage),
        Define(TopicConfigNames.RemoteCopyLagBytes, Long, "-1", AtLeast(-1), "log.remote.copy.lag.bytes",
            "Newer local bytes at which a closed segment may be copied; -1 takes the local retention size.").WithoutEffect(NoRemoteStorage),
        Define(TopicConfigNames.RemoteLogDeleteOnDisable, ConfigType.Boolean, "false", null, "",
            "Whether remote data is deleted when remote storage is switched off for the topic.").WithoutEffect(NoRemoteStorage),
    ];

    private static ConfigRule ThrottledReplicas => new("[partitionId]:[brokerId],[partitionId]:[brokerId],...", value =>
        value is string[] list && (string.Concat(list) == "*" || list.All(IsReplica))
            ? null
            : "must be the literal '*' or a list of replicas as [partitionId]:[brokerId],[partitionId]:[brokerId],...");

    private static bool IsReplica(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return text.Length == 0
            || (colon > 0 && colon < text.Length - 1 && text.AsSpan(0, colon).IndexOfAnyExceptInRange('0', '9') < 0
                && text.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0);
    }
}
