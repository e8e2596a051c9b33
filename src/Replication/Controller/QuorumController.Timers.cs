using Compat.Replication.Quorum;

namespace Compat.Replication.Controller;

/// <content>What time decides: sessions end, leaderships go back, leaderless partitions are looked at again.</content>
public sealed partial class QuorumController
{
    /// <summary>
    /// A check that comes later than this after its time says that the whole process stood still. Brokers that could not be
    /// heard of in that time are not fenced for it.
    /// </summary>
    private static readonly TimeSpan StandstillAbove = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Before what could not be appended is decided again. The quorum may have another leader of whom this controller has not heard yet,
    /// or its log may have failed.
    /// </summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly ITimer _sessionTimer;
    private readonly ITimer _balanceTimer;
    private readonly ITimer _uncleanTimer;
    private TimeSpan? _sessionCheckDue;

    private ITimer CreateTimer(Action work) =>
        _time.CreateTimer(_ => RunIfActive(work), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private void RunIfActive(Action work)
    {
        lock (_gate)
        {
            if (_epoch >= 0)
            {
                work();
            }
        }
    }

    private void SetTimers()
    {
        _sessionCheckDue = null;
        AwaitFirstEnd();
        Await(_balanceTimer, _options.LeaderBalanceInterval);
        Await(_uncleanTimer, _options.UncleanElectionInterval);
    }

    private void Await(ITimer timer, TimeSpan? interval) =>
        timer.Change(_epoch >= 0 && interval is { } due ? due : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Sessions only become longer, so a check that is due already is early enough for all.</summary>
    private void AwaitFirstEnd(TimeSpan atLeast = default)
    {
        if (_sessionCheckDue is null && _sessions.FirstEnd(_options.SessionTimeout) is { } end)
        {
            // A session lives until its very end.
            TimeSpan wait = end - Now + TimeSpan.FromMilliseconds(1);
            wait = wait < atLeast ? atLeast : wait;
            _sessionCheckDue = Now + wait;
            _sessionTimer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void CheckSessions()
    {
        TimeSpan late = Now - (_sessionCheckDue ?? Now);
        if (late > StandstillAbove)
        {
            _sessions = _sessions.Renew(Now);
        }
        _sessionCheckDue = null;
        bool mayBeMore;
        bool isAppended;
        do
        {
            (Proposal proposal, mayBeMore) = Decide(FenceBrokers.DecideExpired);
            isAppended = proposal.Status == ProposalStatus.Appended;
        }
        while (mayBeMore && isAppended);
        AwaitFirstEnd(mayBeMore ? RetryPause : TimeSpan.Zero);
    }

    private void BalanceLeaders() => Await(_balanceTimer, Next(Decide(LeaderElections.DecidePreferred), _options.LeaderBalanceInterval));

    private void ElectUncleanLeaders() => Await(_uncleanTimer, Next(Decide(LeaderElections.DecideUnclean), _options.UncleanElectionInterval));

    private static TimeSpan? Next((Proposal Proposal, bool MayBeMore) decision, TimeSpan? interval) =>
        !decision.MayBeMore ? interval
        : decision.Proposal.Status == ProposalStatus.Appended ? TimeSpan.Zero
        : RetryPause;
}
