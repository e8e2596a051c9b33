using Compat.Replication.Quorum;
using Compat.Replication.Quorum.Core;

namespace Compat.Replication.Tests.Quorum.Core;

/// <summary>A directed test of a rule: it holds with the rules as they are, and notices when the rule is broken.</summary>
internal static class Rule
{
    public static void Holds(Action<QuorumRules> test, params QuorumRules[] mutants)
    {
        test(new QuorumRules());
        foreach (QuorumRules mutant in mutants)
        {
            Exception? caught = Record.Exception(() => test(mutant));
            Assert.True(caught is not null, $"The test does not notice {mutant.GetType().Name}.");
        }
    }
}

internal sealed class ForgetsTheVote : QuorumRules
{
    public override bool MustPersist(QuorumState? persisted, QuorumState next) => persisted is null || persisted.LeaderEpoch != next.LeaderEpoch;
}

internal sealed class ForgetsTheEpoch : QuorumRules
{
    public override bool MustPersist(QuorumState? persisted, QuorumState next) => persisted is null || (persisted.LeaderEpoch == next.LeaderEpoch && persisted != next);
}

internal sealed class LeadsItsEpochAgain : QuorumRules
{
    public override bool MayLeadAgainAfterStart => true;
}

internal sealed class VotesTwice : QuorumRules
{
    public override bool MayVote(ReplicaKey votedFor, int leaderId, ReplicaKey candidate, bool isUpToDate) => isUpToDate;
}

internal sealed class VotesForShorterLogs : QuorumRules
{
    public override bool MayVote(ReplicaKey votedFor, int leaderId, ReplicaKey candidate, bool isUpToDate) =>
        votedFor.IsSome ? votedFor.Covers(candidate) : leaderId < 0;
}

internal sealed class PreVotesAgainstItsLeader : QuorumRules
{
    public override bool MayPreVote(bool hearsLeader, bool isUpToDate) => isUpToDate;
}

internal sealed class PreVotesForShorterLogs : QuorumRules
{
    public override bool MayPreVote(bool hearsLeader, bool isUpToDate) => !hearsLeader;
}

internal sealed class HalfIsEnough : QuorumRules
{
    public override int Majority(int voters) => Math.Max(1, voters / 2);
}

internal sealed class HandsRumoursOn : QuorumRules
{
    public override bool MayName(bool hearsLeader) => true;
}

internal sealed class FetchesBeforeFlush : QuorumRules
{
    public override bool MayFetch(LogIndex log) => true;
}

internal sealed class LeaderCountsUnflushed : QuorumRules
{
    public override long AcknowledgedByLeader(LogIndex log) => log.EndOffset;
}

internal sealed class BelievesOldFlushes : QuorumRules
{
    public override bool IsFlushOf(LogIndex log, OffsetAndEpoch end) => true;
}

internal sealed class CommitsOldEpochs : QuorumRules
{
    public override bool MayCommit(long offset, long epochStartOffset) => true;
}

internal sealed class CutsCommitted : QuorumRules
{
    public override bool MayTruncate(long offset, long highWatermark) => true;
}

internal sealed class TakesOldSnapshots : QuorumRules
{
    public override bool MayReplaceLog(OffsetAndEpoch snapshot, OffsetAndEpoch logEnd, long highWatermark) => true;
}

internal sealed class NeverStepsDown : QuorumRules
{
    public override bool HasLostQuorum(long nowMs, long deadlineMs) => false;
}
