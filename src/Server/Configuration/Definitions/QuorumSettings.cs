using Compat.Log.Configuration;
using static Compat.Log.Configuration.ConfigRule;
using static Compat.Server.Configuration.Definitions.Definition;
using static Compat.Server.Configuration.Definitions.DefinitionRules;

namespace Compat.Server.Configuration.Definitions;

/// <summary>The metadata log and its controllers.</summary>
internal static class QuorumSettings
{
    /// <summary>The heading of the group in the documentation.</summary>
    public const string Title = "Metadata";

    /// <summary>The settings of the group.</summary>
    public static ConfigDefinition[] All() =>
    [
        List("controller.listener.names", null, ListOf(false, false), "Names of the listeners the controllers use among themselves.").Required(),
        List("controller.quorum.voters", "", QuorumVoters, "The voters of the metadata quorum as id@host:port."),
        List("controller.quorum.bootstrap.servers", "", BootstrapServers, "Addresses at which the metadata quorum can be found."),
        Int("controller.quorum.election.timeout.ms", "1000", AtLeast(0), "Time in milliseconds without a fetch from the leader before an election."),
        Int("controller.quorum.fetch.timeout.ms", "2000", AtLeast(0), "Time in milliseconds without a successful fetch before a voter stands as candidate or a leader resigns."),
        Int("controller.quorum.election.backoff.max.ms", "1000", AtLeast(0), "Longest time in milliseconds between two elections."),
        Int("controller.quorum.append.linger.ms", "25", AtLeast(0), "Time in milliseconds the leader gathers metadata records before it writes them.").WithoutEffect(Reasons.NoLingerOfMetadata),
        Int("controller.quorum.request.timeout.ms", "2000", AtLeast(0), "Time in milliseconds a request between controllers may take."),
        Int("controller.quorum.retry.backoff.ms", "20", AtLeast(0), "Time in milliseconds before a failed request between controllers is repeated."),
        Bool("controller.quorum.auto.join.enable", "false", "Whether a controller joins the quorum by itself.").WithoutEffect(Reasons.StaticVoters),
        Int("controller.quorum.fetch.snapshot.max.bytes", "1048576", AtLeast(1), "Bytes of a snapshot fetched at a time."),
        Int("controller.quorum.fetch.max.bytes", "1048576", AtLeast(1), "Bytes of the metadata log fetched at a time."),
        Text("sasl.mechanism.controller.protocol", "GSSAPI", null, "SASL mechanism between broker and controller.").WithoutEffect(Reasons.NoSecurity),
        Int("initial.broker.registration.timeout.ms", "60000", null, "Time in milliseconds a broker waits to be registered."),
        Int("broker.heartbeat.interval.ms", "2000", null, "Time in milliseconds between two heartbeats of a broker."),
        Int("broker.session.timeout.ms", "9000", null, "Time in milliseconds without a heartbeat after which a broker counts as gone."),
        Long("controller.performance.sample.period.ms", "60000", AtLeast(100), "Time in milliseconds between two reports of how long controller events took.").Internal().WithoutEffect(Reasons.ControllerTimes),
        Long("controller.performance.always.log.threshold.ms", "2000", AtLeast(0), "Time in milliseconds above which a controller event is reported at once.").Internal().WithoutEffect(Reasons.ControllerTimes),
        Text("metadata.log.dir", null, null, "Where the metadata log is kept; without it, in the first log directory."),
        Long("metadata.log.max.record.bytes.between.snapshots", "20971520", AtLeast(1), "Bytes of metadata records after which a snapshot is written."),
        Long("metadata.log.max.snapshot.interval.ms", "3600000", AtLeast(0), "Time in milliseconds after which a snapshot is written if there is anything new; 0 is never."),
        Int("metadata.log.segment.bytes", "1073741824", AtLeast(8388608), "Size in bytes at which a segment of the metadata log is closed."),
        Long("metadata.log.segment.ms", "604800000", null, "Age in milliseconds at which a segment of the metadata log is closed."),
        Long("metadata.max.retention.bytes", "104857600", null, "Size in bytes of metadata log and snapshots above which old ones are deleted."),
        Long("metadata.max.retention.ms", "604800000", null, "Age in milliseconds above which metadata log segments and snapshots are deleted."),
        Int("metadata.max.idle.interval.ms", "500", AtLeast(0), "Time in milliseconds between two empty records of an idle controller; 0 writes none.").WithoutEffect(Reasons.NoIdleRecords),
        Int("internal.metadata.log.segment.bytes", null, null, "Takes the place of metadata.log.segment.bytes in tests.").Internal(),
        Int("internal.metadata.max.batch.size.in.bytes", "8388608", null, "Largest batch of the metadata log in bytes, in tests.").Internal().WithoutEffect(Reasons.ForTests),
        Long("internal.metadata.delete.delay.millis", "60000", null, "Time in milliseconds before a metadata file is deleted, in tests.").Internal().WithoutEffect(Reasons.ForTests),
    ];
}
