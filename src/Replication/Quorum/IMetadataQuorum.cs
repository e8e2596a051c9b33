using Compat.Replication.Metadata;

namespace Compat.Replication.Quorum;

/// <summary>
/// The log of metadata records that the controllers agree on, as one node sees it. Shaped like Kafka's own
/// (KIP-595, KIP-630): the leader appends and gets an offset at once, fenced by its epoch; waiting for the commit is a
/// step of its own; one listener follows the committed log in order.
/// </summary>
public interface IMetadataQuorum : IAsyncDisposable
{
    /// <summary>This node's id.</summary>
    int NodeId { get; }

    /// <summary>The leader as this node knows it.</summary>
    LeaderAndEpoch Leader { get; }

    /// <summary>The offset after the last committed record.</summary>
    long HighWatermark { get; }

    /// <summary>
    /// The records that a new cluster begins with, from the snapshot that formatting left. The first leader appends
    /// them to the log; they take effect only from there.
    /// </summary>
    IReadOnlyList<MetadataRecord> BootstrapRecords { get; }

    /// <summary>The level of kraft.version (KIP-853): 1 if the voters are kept in the log, 0 if in the configuration.</summary>
    short KRaftVersion { get; }

    /// <summary>The newest snapshot apart from the bootstrap one, or null.</summary>
    OffsetAndEpoch? LatestSnapshot { get; }

    /// <summary>
    /// Starts to follow the log and to take part in elections. A node that is the only voter has replayed its log to
    /// the listener and leads when this returns.
    /// </summary>
    void Start(IMetadataQuorumListener listener);

    /// <summary>
    /// Appends a batch as the leader of an epoch. All of its records commit, or none. Does not wait for the disk.
    /// </summary>
    /// <param name="epoch">The epoch that the caller believes to lead.</param>
    /// <param name="records">One record at least.</param>
    Proposal Append(int epoch, IReadOnlyList<MetadataRecord> records);

    /// <summary>
    /// Waits until it is known what became of an appended proposal. Does not wait for the listener to have seen it.
    /// </summary>
    ValueTask<ProposalOutcome> WaitAsync(Proposal proposal, CancellationToken cancellation = default);

    /// <summary>
    /// The offset up to which a reader has to see the log for its answer to be up to date at the moment of the call,
    /// or null if this node cannot say because it does not lead.
    /// </summary>
    ValueTask<long?> ReadBarrierAsync(CancellationToken cancellation = default);

    /// <summary>Gives up the leadership of an epoch, if this node has it; nothing otherwise.</summary>
    void Resign(int epoch);

    /// <summary>
    /// Starts a snapshot, or returns null if there is one as new as that already. The caller disposes the writer; a
    /// writer that is disposed before it was frozen leaves nothing behind.
    /// </summary>
    /// <param name="id">Up to where it goes: committed, and at the end of a batch.</param>
    /// <param name="lastContainedLogTimestampMs">Append time of the last record in it, Unix milliseconds.</param>
    IMetadataSnapshotWriter? CreateSnapshot(OffsetAndEpoch id, long lastContainedLogTimestampMs);

    /// <summary>The quorum as DescribeQuorum shows it.</summary>
    QuorumDescription Describe();
}

/// <summary>Writes a snapshot.</summary>
public interface IMetadataSnapshotWriter : IDisposable
{
    /// <summary>Adds records.</summary>
    void Append(IEnumerable<MetadataRecord> records);

    /// <summary>Makes the snapshot durable under its final name and removes what of the log is not needed any more.</summary>
    void Freeze();
}
