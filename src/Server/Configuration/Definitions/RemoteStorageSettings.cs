using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Segments kept outside the broker.</summary>
internal static class RemoteStorageSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Remote storage";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        Bool("remote.log.storage.system.enable", "false", "Whether closed segments can be copied to remote storage.").OnlyDefault(Reasons.RemoteSystem),
        Text("remote.log.storage.manager.impl.prefix", "rsm.config.", NotEmpty(), "Prefix of settings passed on to the storage plugin.").WithoutEffect(Reasons.NoRemote),
        Text("remote.log.metadata.manager.impl.prefix", "rlmm.config.", NotEmpty(), "Prefix of settings passed on to the metadata plugin.").WithoutEffect(Reasons.NoRemote),
        Text("remote.log.storage.manager.class.name", null, NotEmpty(), "Class of the storage plugin.").WithoutEffect(Reasons.NoRemote),
        Text("remote.log.storage.manager.class.path", null, null, "Where the storage plugin is.").WithoutEffect(Reasons.NoRemote),
        Text("remote.log.metadata.manager.class.name", "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager", NotEmpty(), "Class of the metadata plugin.").WithoutEffect(Reasons.NoRemote),
        Text("remote.log.metadata.manager.class.path", null, null, "Where the metadata plugin is.").WithoutEffect(Reasons.NoRemote),
        Text("remote.log.metadata.manager.listener.name", null, NotEmpty(), "Listener the metadata plugin connects to.").WithoutEffect(Reasons.NoRemote),
        Int("remote.log.metadata.custom.metadata.max.bytes", "128", AtLeast(0), "Bytes a plugin may store with a segment.").WithoutEffect(Reasons.NoRemote),
        Long("remote.log.index.file.cache.total.size.bytes", "1073741824", AtLeast(1), "Bytes of disk for indexes fetched from remote storage.").ClusterWide().WithoutEffect(Reasons.NoRemote),
        Long("remote.log.index.file.cache.ttl.ms", "900000", AtLeast(-1), "Time in milliseconds such an index stays without being used.").Internal().WithoutEffect(Reasons.NoRemote),
        Int("remote.log.manager.thread.pool.size", "2", AtLeast(1), "Older name of remote.log.manager.follower.thread.pool.size.").WithoutEffect(Reasons.NoRemote),
        Int("remote.log.manager.copier.thread.pool.size", "10", AtLeast(1), "Number of threads that copy segments.").ClusterWide().WithoutEffect(Reasons.NoRemote),
        Int("remote.log.manager.expiration.thread.pool.size", "10", AtLeast(1), "Number of threads that delete expired segments.").ClusterWide().WithoutEffect(Reasons.NoRemote),
        Int("remote.log.manager.follower.thread.pool.size", "2", AtLeast(1), "Number of threads that follow what has been copied.").ClusterWide().WithoutEffect(Reasons.NoRemote),
        Long("remote.log.manager.task.interval.ms", "30000", AtLeast(1), "Time in milliseconds between two rounds of work.").WithoutEffect(Reasons.NoRemote),
        Long("remote.log.manager.task.retry.backoff.ms", "500", AtLeast(1), "Time in milliseconds before failed work is repeated.").Internal().WithoutEffect(Reasons.NoRemote),
        Long("remote.log.manager.task.retry.backoff.max.ms", "30000", AtLeast(1), "Longest such time in milliseconds.").Internal().WithoutEffect(Reasons.NoRemote),
        Number("remote.log.manager.task.retry.jitter", "0.2", Between(0, 0.5), "Random part of such a time.").Internal().WithoutEffect(Reasons.NoRemote),
        Int("remote.log.reader.threads", "10", AtLeast(1), "Number of threads that read from remote storage.").ClusterWide().WithoutEffect(Reasons.NoRemote),
        Int("remote.log.reader.max.pending.tasks", "100", AtLeast(1), "Number of reads that may wait.").WithoutEffect(Reasons.NoRemote),
        TopicDefault("log.local.retention.ms"),
        TopicDefault("log.local.retention.bytes"),
        TopicDefault("log.remote.copy.lag.ms"),
        TopicDefault("log.remote.copy.lag.bytes"),
        Long("remote.log.manager.copy.max.bytes.per.second", "9223372036854775807", AtLeast(1), "Bytes a second that are copied.").ClusterWide().WithoutEffect(Reasons.NoRemote),
        Int("remote.log.manager.copy.quota.window.num", "11", AtLeast(1), "Number of samples kept for that limit.").WithoutEffect(Reasons.NoRemote),
        Int("remote.log.manager.copy.quota.window.size.seconds", "1", AtLeast(1), "Time in seconds such a sample covers.").WithoutEffect(Reasons.NoRemote),
        Long("remote.log.manager.fetch.max.bytes.per.second", "9223372036854775807", AtLeast(1), "Bytes a second that are read from remote storage.").ClusterWide().WithoutEffect(Reasons.NoRemote),
        Int("remote.log.manager.fetch.quota.window.num", "11", AtLeast(1), "Number of samples kept for that limit.").WithoutEffect(Reasons.NoRemote),
        Int("remote.log.manager.fetch.quota.window.size.seconds", "1", AtLeast(1), "Time in seconds such a sample covers.").WithoutEffect(Reasons.NoRemote),
        Int("remote.fetch.max.wait.ms", "500", AtLeast(1), "Time in milliseconds a fetch waits for remote storage.").ClusterWide().WithoutEffect(Reasons.NoRemote),
        Long("remote.list.offsets.request.timeout.ms", "30000", AtLeast(1), "Time in milliseconds a ListOffsets request waits for remote storage.").ClusterWide().WithoutEffect(Reasons.NoRemote),
    ];
}
