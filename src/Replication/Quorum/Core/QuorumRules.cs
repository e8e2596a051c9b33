namespace Compat.Replication.Quorum.Core;

/// <summary>
/// The rules on which nothing acknowledged is lost, each in one place. They are virtual so that a test can break one of them
/// and has to notice: a rule without such a mutant is not known to be tested.
/// </summary>
internal class QuorumRules
{
    /// <summary>What a node remembers of elections is on the disk before a message that follows from it leaves.</summary>
    public virtual bool MustPersist(QuorumState? persisted, QuorumState next) => persisted != next;

    /// <summary>A node that led an epoch may have forgotten what it wrote in it, so after a restart it does not lead it again.</summary>
    public virtual bool MayLeadAgainAfterStart => false;

    /// <summary>In an epoch a node votes once, for a log that has all of its own, and not when the epoch has a leader.</summary>
    /// <param name="votedFor">Whom it voted for in the epoch.</param>
    /// <param name="leaderId">The epoch's leader, -1 if unknown.</param>
    /// <param name="candidate">Who asks.</param>
    /// <param name="isUpToDate">Whether the candidate has all of this node's log.</param>
    public virtual bool MayVote(ReplicaKey votedFor, int leaderId, ReplicaKey candidate, bool isUpToDate) =>
        votedFor.IsSome ? votedFor.Covers(candidate) : leaderId < 0 && isUpToDate;

    /// <summary>Who hears a leader, or has more of the log, sees no need for an election (KIP-996).</summary>
    public virtual bool MayPreVote(bool hearsLeader, bool isUpToDate) => isUpToDate && !hearsLeader;

    /// <summary>More than half.</summary>
    public virtual int Majority(int voters) => (voters / 2) + 1;

    /// <summary>A leader is named to others only if it was heard recently, or a dead one would be handed around.</summary>
    public virtual bool MayName(bool hearsLeader) => hearsLeader;

    /// <summary>A fetch acknowledges what is before its offset, so that has to be on the voter's disk.</summary>
    public virtual bool MayFetch(LogIndex log) => log.FlushedOffset == log.EndOffset;

    /// <summary>What the leader itself acknowledges.</summary>
    public virtual long AcknowledgedByLeader(LogIndex log) => log.FlushedOffset;

    /// <summary>A flush says something about a log only if its end is still in that log.</summary>
    public virtual bool IsFlushOf(LogIndex log, OffsetAndEpoch end) => end.Offset <= log.EndOffset && log.EpochBefore(end.Offset) == end.Epoch;

    /// <summary>
    /// Nothing before the first record of an epoch is committed by itself: only with that record can nobody be elected who
    /// lacks it (the Raft paper's figure 8).
    /// </summary>
    public virtual bool MayCommit(long offset, long epochStartOffset) => offset > epochStartOffset;

    /// <summary>What is committed is never cut.</summary>
    public virtual bool MayTruncate(long offset, long highWatermark) => offset >= highWatermark;

    /// <summary>Only a snapshot that goes beyond the log, and with it beyond what is committed, may take the log's place.</summary>
    public virtual bool MayReplaceLog(OffsetAndEpoch snapshot, OffsetAndEpoch logEnd, long highWatermark) =>
        snapshot.CompareTo(logEnd) > 0 && snapshot.Offset >= highWatermark;

    /// <summary>A leader that does not hear from a majority steps down: it could commit nothing, and others may have elected another.</summary>
    public virtual bool HasLostQuorum(long nowMs, long deadlineMs) => nowMs >= deadlineMs;
}
