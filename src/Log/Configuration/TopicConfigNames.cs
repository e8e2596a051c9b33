namespace Compat.Log.Configuration;

/// <summary>The names of the topic settings, as Kafka spells them.</summary>
public static class TopicConfigNames
{
    /// <summary>Size at which the active segment is closed.</summary>
    public const string SegmentBytes = "segment.bytes";

    /// <summary>A smaller segment size than users may set, for tests of rolling.</summary>
    public const string InternalSegmentBytes = "internal.segment.bytes";

    /// <summary>Age at which the active segment is closed.</summary>
    public const string SegmentMs = "segment.ms";

    /// <summary>Random part of that age.</summary>
    public const string SegmentJitterMs = "segment.jitter.ms";

    /// <summary>Size of an offset index.</summary>
    public const string SegmentIndexBytes = "segment.index.bytes";

    /// <summary>Records between flushes.</summary>
    public const string FlushMessages = "flush.messages";

    /// <summary>Time between flushes.</summary>
    public const string FlushMs = "flush.ms";

    /// <summary>Size of a partition above which old segments go.</summary>
    public const string RetentionBytes = "retention.bytes";

    /// <summary>Age above which segments go.</summary>
    public const string RetentionMs = "retention.ms";

    /// <summary>Largest record batch.</summary>
    public const string MaxMessageBytes = "max.message.bytes";

    /// <summary>Bytes between two index entries.</summary>
    public const string IndexIntervalBytes = "index.interval.bytes";

    /// <summary>How long tombstones stay.</summary>
    public const string DeleteRetentionMs = "delete.retention.ms";

    /// <summary>Age before which a record is not compacted.</summary>
    public const string MinCompactionLagMs = "min.compaction.lag.ms";

    /// <summary>Age at which a record has to be compacted.</summary>
    public const string MaxCompactionLagMs = "max.compaction.lag.ms";

    /// <summary>Time between dropping a file and deleting it.</summary>
    public const string FileDeleteDelayMs = "file.delete.delay.ms";

    /// <summary>Share of uncompacted data that makes compaction worth it.</summary>
    public const string MinCleanableDirtyRatio = "min.cleanable.dirty.ratio";

    /// <summary>What happens to old records.</summary>
    public const string CleanupPolicy = "cleanup.policy";

    /// <summary>Whether a replica outside the ISR may lead.</summary>
    public const string UncleanLeaderElectionEnable = "unclean.leader.election.enable";

    /// <summary>Replicas that must be in sync for acks=all.</summary>
    public const string MinInsyncReplicas = "min.insync.replicas";

    /// <summary>The codec batches are stored with.</summary>
    public const string CompressionType = "compression.type";

    /// <summary>Level when that codec is gzip.</summary>
    public const string CompressionGzipLevel = "compression.gzip.level";

    /// <summary>Level when that codec is lz4.</summary>
    public const string CompressionLz4Level = "compression.lz4.level";

    /// <summary>Level when that codec is zstd.</summary>
    public const string CompressionZstdLevel = "compression.zstd.level";

    /// <summary>Whether segment files get their size at once.</summary>
    public const string Preallocate = "preallocate";

    /// <summary>Whose clock dates records.</summary>
    public const string MessageTimestampType = "message.timestamp.type";

    /// <summary>How far a record's time may lie in the past.</summary>
    public const string MessageTimestampBeforeMaxMs = "message.timestamp.before.max.ms";

    /// <summary>How far a record's time may lie in the future.</summary>
    public const string MessageTimestampAfterMaxMs = "message.timestamp.after.max.ms";

    /// <summary>Replicas whose leader side is throttled.</summary>
    public const string LeaderReplicationThrottledReplicas = "leader.replication.throttled.replicas";

    /// <summary>Replicas whose follower side is throttled.</summary>
    public const string FollowerReplicationThrottledReplicas = "follower.replication.throttled.replicas";

    /// <summary>Whether closed segments go to remote storage.</summary>
    public const string RemoteStorageEnable = "remote.storage.enable";

    /// <summary>Age above which a copied segment leaves the local disk.</summary>
    public const string LocalRetentionMs = "local.retention.ms";

    /// <summary>Size above which copied segments leave the local disk.</summary>
    public const string LocalRetentionBytes = "local.retention.bytes";

    /// <summary>Whether copying to remote storage has stopped.</summary>
    public const string RemoteLogCopyDisable = "remote.log.copy.disable";

    /// <summary>Age at which a segment is copied.</summary>
    public const string RemoteCopyLagMs = "remote.copy.lag.ms";

    /// <summary>Newer bytes at which a segment is copied.</summary>
    public const string RemoteCopyLagBytes = "remote.copy.lag.bytes";

    /// <summary>Whether remote data goes when remote storage is switched off.</summary>
    public const string RemoteLogDeleteOnDisable = "remote.log.delete.on.disable";

    /// <summary>Whether share groups may write undeliverable records here.</summary>
    public const string ErrorsDeadLetterQueueGroupEnable = "errors.deadletterqueue.group.enable";
}
