namespace Compat.Cluster.Tests.Histories;

/// <summary>The checker against histories with each anomaly, and against histories that only look wrong.</summary>
public class HistoryCheckerTests
{
    private const string P = "t-0";

    [Fact]
    public void A_history_without_faults_has_no_anomalies() => AssertNone(
        Sent(1, 10, 0), Sent(2, 20, 1), Sent(1, 11, 2),
        Read(3, (0, 10), (1, 20)), Read(3, (2, 11)),
        Read(4, (0, 10)), Read(4, (1, 20), (2, 11)));

    [Fact]
    public void What_was_acknowledged_and_passed_by_all_readers_is_lost() =>
        AssertOnly(AnomalyKind.LostWrite, Sent(1, 10, 0), Sent(1, 11, 1), Sent(1, 12, 2), Read(2, (0, 10), (2, 12)));

    [Fact]
    public void What_was_acknowledged_and_is_not_there_at_the_end_is_unseen() =>
        AssertOnly(AnomalyKind.Unseen, Sent(1, 10, 0), Sent(1, 11, 1), Read(2, (0, 10)));

    [Fact]
    public void An_empty_end_loses_everything() => AssertOnly(AnomalyKind.Unseen, Sent(1, 10, 0));

    [Fact]
    public void One_value_at_two_offsets_is_a_duplicate() =>
        AssertOnly(AnomalyKind.Duplicate, Sent(1, 10, 0), Read(2, (0, 10), (1, 10)));

    [Fact]
    public void A_value_read_elsewhere_than_acknowledged_is_a_duplicate() =>
        AssertOnly(AnomalyKind.Duplicate, Sent(1, 10, 0), Read(2, (1, 10)));

    [Fact]
    public void Two_values_at_one_offset_are_inconsistent() =>
        AssertOnly(AnomalyKind.InconsistentOffsets, Read(1, (0, 10)), Read(2, (0, 11)));

    [Fact]
    public void An_offset_acknowledged_to_one_and_read_as_another_is_inconsistent() => AssertKinds(
        [AnomalyKind.InconsistentOffsets, AnomalyKind.Unseen], Sent(1, 10, 0), Read(2, (0, 11)));

    [Fact]
    public void A_value_of_a_failed_operation_must_not_be_read() =>
        AssertOnly(AnomalyKind.AbortedRead, Operation.Of(1, Outcome.Failed, new Send(P, 10, null)), Read(2, (0, 10)));

    [Fact]
    public void A_transaction_must_not_read_its_own_writes() => AssertOnly(
        AnomalyKind.PrecommittedRead,
        Operation.Of(1, Outcome.Acknowledged, new Send(P, 10, 0), Poll.Of(new Seen(P, 0, 10))));

    [Fact]
    public void Polls_of_one_operation_must_not_skip() => AssertOnly(
        AnomalyKind.InternalPollSkip, Read(1, (0, 10), (1, 11), (2, 12)), Read(2, (0, 10), (2, 12)));

    [Fact]
    public void Polls_of_one_operation_must_not_go_back() => AssertOnly(
        AnomalyKind.InternalNonmonotonicPoll, Read(1, (1, 11), (0, 10)));

    [Fact]
    public void Sends_of_one_operation_must_not_go_back() => AssertOnly(
        AnomalyKind.InternalNonmonotonicSend,
        Operation.Of(1, Outcome.Acknowledged, new Send(P, 10, 1), new Send(P, 11, 0)), Read(2, (0, 11), (1, 10)));

    [Fact]
    public void Sends_of_one_process_must_not_go_back() => AssertOnly(
        AnomalyKind.NonmonotonicSend, Sent(1, 10, 1), Sent(1, 11, 0), Read(2, (0, 11), (1, 10)));

    [Fact]
    public void Assigned_polls_must_not_skip_from_one_to_the_next() => AssertOnly(
        AnomalyKind.PollSkip, Read(1, (0, 10), (1, 11), (2, 12)), Read(2, (0, 10)), Read(2, (2, 12)));

    [Fact]
    public void Assigned_polls_must_not_go_back_from_one_to_the_next() => AssertOnly(
        AnomalyKind.NonmonotonicPoll, Read(1, (0, 10), (1, 11)), Read(1, (1, 11)));

    [Fact]
    public void Subscribed_polls_may_repeat_and_skip_across_a_rebalance()
    {
        Operation[] history = [Read(1, (0, 10), (1, 11), (2, 12)), Read(2, (1, 11)), Read(2, (0, 10)), Read(2, (2, 12))];
        Assert.Empty(HistoryChecker.Check(history, isAssignedByHand: false));
        Assert.NotEmpty(HistoryChecker.Check(history, isAssignedByHand: true));
    }

    [Fact]
    public void After_a_reposition_anything_may_come() => AssertNone(
        Read(1, (0, 10), (1, 11)), Operation.Of(1, Outcome.Acknowledged, new Reposition()), Read(1, (0, 10), (1, 11)));

    [Fact]
    public void An_unknown_send_may_be_there_or_not() => AssertNone(
        Operation.Of(1, Outcome.Unknown, new Send(P, 10, null)), Operation.Of(1, Outcome.Unknown, new Send(P, 11, null)), Read(2, (0, 11)));

    [Fact]
    public void Offsets_that_nobody_can_read_are_no_skip() => AssertNone(Read(1, (0, 10), (5, 11)), Read(2, (0, 10), (5, 11)));

    [Fact]
    public void Partitions_do_not_mix() => AssertNone(
        Operation.Of(1, Outcome.Acknowledged, Poll.Of(new Seen("a-0", 5, 1), new Seen("b-0", 0, 2), new Seen("a-0", 6, 3))));

    private static Operation Sent(int process, long value, long offset) =>
        Operation.Of(process, Outcome.Acknowledged, new Send(P, value, offset));

    private static Operation Read(int process, params (long Offset, long Value)[] records) =>
        Operation.Of(process, Outcome.Acknowledged, Poll.Of([.. records.Select(record => new Seen(P, record.Offset, record.Value))]));

    private static void AssertNone(params Operation[] history) => Assert.Empty(HistoryChecker.Check(history));

    private static void AssertOnly(AnomalyKind kind, params Operation[] history) => AssertKinds([kind], history);

    private static void AssertKinds(AnomalyKind[] kinds, params Operation[] history) =>
        Assert.Equal(kinds.Order(), HistoryChecker.Check(history).Select(anomaly => anomaly.Kind).Distinct().Order());
}
