using Compat.Log.Producers;
using Compat.Wire;

namespace Compat.Log.Tests;

public class ProducerTests
{
    private const long Producer = 4000;

    private readonly LogFixture _fixture = new();

    [Fact]
    public void A_retry_of_any_of_the_last_five_batches_is_answered_with_its_first_offset()
    {
        for (int sequence = 0; sequence < 5; sequence++)
        {
            Assert.Equal(sequence, Send(sequence).FirstOffset);
        }

        for (int sequence = 0; sequence < 5; sequence++)
        {
            AppendResult retried = Send(sequence);
            Assert.Equal((ErrorCode.None, true, sequence, sequence), (retried.ErrorCode, retried.IsDuplicate, retried.FirstOffset, retried.LastOffset));
        }

        Assert.Equal(5, _fixture.Log.LogEndOffset);
    }

    [Fact]
    public void A_retry_of_the_sixth_last_batch_is_out_of_order()
    {
        for (int sequence = 0; sequence < 6; sequence++)
        {
            Send(sequence);
        }

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Send(0).ErrorCode);
        Assert.True(Send(1).IsDuplicate);
        Assert.Equal(6, _fixture.Log.LogEndOffset);
    }

    [Fact]
    public void A_batch_that_only_overlaps_a_remembered_one_is_no_retry()
    {
        Send(0, count: 10);

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Send(0, count: 5).ErrorCode);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Send(5, count: 5).ErrorCode);
        Assert.True(Send(0, count: 10).IsDuplicate);
    }

    [Fact]
    public void A_gap_in_the_sequence_is_out_of_order_and_leaves_the_log_as_it_was()
    {
        Send(0);

        AppendResult result = Send(2);

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, result.ErrorCode);
        Assert.Equal((-1, -1), (result.FirstOffset, result.LastOffset));
        Assert.Equal(1, _fixture.Log.LogEndOffset);
        Assert.Equal(1, Send(1).FirstOffset);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(77)]
    [InlineData(int.MaxValue)]
    public void A_producer_of_which_nothing_is_known_may_start_at_any_sequence(int sequence)
    {
        Assert.Equal(ErrorCode.None, Send(sequence).ErrorCode);
    }

    [Fact]
    public void Sequence_numbers_go_on_at_zero_after_the_greatest()
    {
        Assert.Equal(ErrorCode.None, Send(int.MaxValue - 1, count: 2).ErrorCode);
        Assert.Equal(ErrorCode.None, Send(0).ErrorCode);
        Assert.True(Send(int.MaxValue - 1, count: 2).IsDuplicate);
        Assert.Equal(ErrorCode.None, Send(1).ErrorCode);
    }

    [Fact]
    public void A_batch_across_the_wrap_is_recognised_when_it_comes_again()
    {
        Assert.Equal(ErrorCode.None, Send(int.MaxValue - 1, count: 5).ErrorCode);

        Assert.True(Send(int.MaxValue - 1, count: 5).IsDuplicate);
        Assert.Equal(ErrorCode.None, Send(3).ErrorCode);
    }

    [Fact]
    public void An_older_epoch_is_refused_and_a_newer_one_starts_at_zero()
    {
        Send(0, epoch: 3);

        Assert.Equal(ErrorCode.InvalidProducerEpoch, Send(1, epoch: 2).ErrorCode);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Send(1, epoch: 4).ErrorCode);
        Assert.Equal(ErrorCode.None, Send(0, epoch: 4).ErrorCode);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, Send(1, epoch: 3).ErrorCode);
    }

    [Fact]
    public void The_same_sequence_numbers_in_a_new_epoch_are_no_retry()
    {
        Send(0, epoch: 1);

        AppendResult result = Send(0, epoch: 2);

        Assert.Equal((false, 1), (result.IsDuplicate, result.FirstOffset));
    }

    [Fact]
    public void Producers_do_not_see_one_another()
    {
        Send(0);

        Assert.Equal(ErrorCode.None, _fixture.Append(Batches.FromProducer(Producer + 1, 0, 0)).ErrorCode);
        Assert.Equal(ErrorCode.None, Send(1).ErrorCode);
    }

    [Fact]
    public void Retries_of_the_last_five_are_recognised_after_a_clean_restart()
    {
        for (int sequence = 0; sequence < 7; sequence++)
        {
            Send(sequence);
        }

        _fixture.Restart();

        for (int sequence = 2; sequence < 7; sequence++)
        {
            AppendResult retried = Send(sequence);
            Assert.Equal((true, sequence), (retried.IsDuplicate, retried.FirstOffset));
        }

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Send(1).ErrorCode);
        Assert.Equal(7, Send(7).FirstOffset);
    }

    [Fact]
    public void Retries_of_the_last_five_are_recognised_after_a_crash()
    {
        for (int sequence = 0; sequence < 7; sequence++)
        {
            Send(sequence);
        }

        _fixture.Crash();

        for (int sequence = 2; sequence < 7; sequence++)
        {
            AppendResult retried = Send(sequence);
            Assert.Equal((true, sequence), (retried.IsDuplicate, retried.FirstOffset));
        }

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, Send(1).ErrorCode);
    }

    [Fact]
    public void A_retry_is_recognised_after_truncations_to_where_a_snapshot_once_had_no_producers()
    {
        LogFixture fixture = new();
        fixture.AppendValues("plain");
        fixture.Log.Roll();
        fixture.Log.TruncateTo(0);
        fixture.Append(Batches.FromProducer(9, 0, 0));
        fixture.Log.Roll();
        fixture.AppendValues("cut off");

        fixture.Log.TruncateTo(1);

        Assert.True(fixture.Append(Batches.FromProducer(9, 0, 0)).IsDuplicate);
    }

    [Fact]
    public void An_idle_producer_is_forgotten_and_one_in_a_transaction_is_not()
    {
        _fixture.Context.ProducerIdExpirationMs = 60_000;
        Send(5);
        _fixture.Append(Batches.FromProducer(Producer + 1, 0, 5, transactional: true));

        _fixture.Time.Advance(TimeSpan.FromSeconds(59));
        _fixture.Log.RemoveExpiredProducers();
        Assert.Equal(2, _fixture.Log.ActiveProducers().Count);

        _fixture.Time.Advance(TimeSpan.FromSeconds(1));
        _fixture.Log.RemoveExpiredProducers();
        Assert.Equal([Producer + 1], _fixture.Log.ActiveProducers().Select(producer => producer.ProducerId));
        Assert.Equal(ErrorCode.None, Send(17).ErrorCode);
    }

    [Fact]
    public void A_producer_is_described_as_it_stands()
    {
        Send(0, count: 3);
        _fixture.Append(Batches.FromProducer(Producer, 0, 3, transactional: true, timestamp: 1_700_000_000_123));

        ProducerDescription described = Assert.Single(_fixture.Log.ActiveProducers());

        Assert.Equal(new ProducerDescription(Producer, 0, 3, 1_700_000_000_123, -1, 3), described);
    }

    [Fact]
    public void A_plain_batch_within_a_transaction_is_refused()
    {
        _fixture.Append(Batches.FromProducer(Producer, 0, 0, transactional: true));

        Assert.Equal(ErrorCode.InvalidTxnState, Send(1).ErrorCode);
    }

    [Fact]
    public void A_marker_of_an_older_coordinator_is_refused()
    {
        _fixture.Append(Batches.Marker(commit: true, Producer, 0, coordinatorEpoch: 5), origin: AppendOrigin.Coordinator);

        AppendResult older = _fixture.Append(Batches.Marker(commit: true, Producer, 0, coordinatorEpoch: 4), origin: AppendOrigin.Coordinator);

        Assert.Equal(ErrorCode.TransactionCoordinatorFenced, older.ErrorCode);
    }

    [Fact]
    public void A_marker_fences_the_epochs_before_its_own()
    {
        Send(0, epoch: 1);
        _fixture.Append(Batches.Marker(commit: false, Producer, 2), origin: AppendOrigin.Coordinator);

        Assert.Equal(ErrorCode.InvalidProducerEpoch, Send(1, epoch: 1).ErrorCode);
        Assert.Equal(ErrorCode.None, Send(0, epoch: 2).ErrorCode);
    }

    [Fact]
    public void With_epochs_bumped_by_every_transaction_a_late_marker_is_refused_and_a_repeated_one_is_not()
    {
        Batches.FromProducer(Producer, 5, 0, transactional: true);
        _fixture.Append(Batches.FromProducer(Producer, 5, 0, transactional: true));

        Assert.Equal(ErrorCode.InvalidProducerEpoch, Marker(epoch: 5).ErrorCode);
        Assert.Equal(ErrorCode.None, Marker(epoch: 6).ErrorCode);
        Assert.Equal(ErrorCode.None, Marker(epoch: 6).ErrorCode);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, Marker(epoch: 5).ErrorCode);

        AppendResult Marker(short epoch) =>
            _fixture.Log.AppendAsLeader(Batches.Marker(commit: true, Producer, epoch), 0, AppendOrigin.Coordinator, transactionVersion: 2);
    }

    [Fact]
    public void Five_batches_are_remembered_in_the_order_they_came()
    {
        ProducerState state = new(1);
        for (int sequence = 0; sequence < 12; sequence++)
        {
            state.Add(0, new ProducerBatch(sequence, 100 + sequence, 0, 7));
        }

        Assert.Equal(11, state.LastSequence);
        Assert.Equal(111, state.LastOffset);
        Assert.Equal(
            [false, true, true, true, true, true, false],
            Enumerable.Range(6, 7).Select(sequence => state.TryFindDuplicate(0, sequence, sequence, out _)));
    }

    private AppendResult Send(int sequence, short epoch = 0, int count = 1) =>
        _fixture.Append(Batches.FromProducer(Producer, epoch, sequence, count));
}
