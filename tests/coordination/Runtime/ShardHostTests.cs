using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Coordination.Tests.Runtime;

public class ShardHostTests
{
    [Fact]
    public async Task On_a_log_that_commits_at_once_the_answer_is_there_when_the_call_returns()
    {
        using var fixture = RuntimeFixture.Elected();
        ValueTask<CounterShard.Answer> answer = fixture.Add(3);

        Assert.True(answer.IsCompletedSuccessfully);
        Assert.Equal(new CounterShard.Answer(3, ErrorCode.None), await answer);
        Assert.Single(fixture.Log.Batches);
        Assert.True(fixture.Shard.WasOwed);
    }

    [Fact]
    public async Task A_partition_that_is_not_led_here_is_not_coordinated_here()
    {
        using var fixture = RuntimeFixture.Elected();
        Assert.Equal(ErrorCode.NotCoordinator, (await fixture.Runtime.RunAsync(1, CounterShard.Add, 1)).Error);
        Assert.Equal(ErrorCode.NotCoordinator, (await fixture.Runtime.RunAsync(1, CounterShard.Await, 1)).Error);
    }

    [Fact]
    public async Task An_answer_waits_until_its_records_are_committed()
    {
        using var fixture = RuntimeFixture.Elected();
        fixture.Log.CommitsAtOnce = false;
        Task<CounterShard.Answer> answer = fixture.Add(3).AsTask();
        Assert.False(answer.IsCompleted);

        fixture.Log.Commit();
        Assert.Equal(3, (await answer).Value);
    }

    [Fact]
    public async Task A_read_waits_until_what_it_saw_is_committed()
    {
        using var fixture = RuntimeFixture.Elected();
        fixture.Log.CommitsAtOnce = false;
        Task<CounterShard.Answer> added = fixture.Add(3).AsTask();
        Task<CounterShard.Answer> read = fixture.Get().AsTask();
        Assert.False(read.IsCompleted);

        fixture.Log.Commit();
        Assert.Equal(3, (await read).Value);
        Assert.Equal(3, (await added).Value);
        Assert.True(fixture.Get().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task An_answer_that_a_later_turn_gives_waits_for_that_turns_records()
    {
        using var fixture = RuntimeFixture.Elected();
        fixture.Log.CommitsAtOnce = false;
        Task<CounterShard.Answer> waiting = fixture.Await(5);
        Task<CounterShard.Answer> added = fixture.Add(5).AsTask();
        Assert.False(waiting.IsCompleted);

        fixture.Log.Commit();
        Assert.Equal(5, (await waiting).Value);
        await added;
    }

    [Fact]
    public async Task What_is_not_committed_in_time_is_answered_with_an_error_and_stays()
    {
        using var fixture = RuntimeFixture.Elected();
        fixture.Log.CommitsAtOnce = false;
        Task<CounterShard.Answer> added = fixture.Add(5).AsTask();
        fixture.Time.Advance(TimeSpan.FromMilliseconds(RuntimeFixture.CommitTimeoutMs - 1));
        Assert.False(added.IsCompleted);

        fixture.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, (await added).Error);
        fixture.Log.Commit();
        Assert.Equal(5, (await fixture.Get()).Value);
    }

    [Theory]
    [InlineData(ErrorCode.NotLeaderOrFollower, ErrorCode.NotCoordinator)]
    [InlineData(ErrorCode.NotEnoughReplicas, ErrorCode.CoordinatorNotAvailable)]
    [InlineData(ErrorCode.MessageTooLarge, ErrorCode.UnknownServerError)]
    public async Task An_append_that_is_refused_drops_the_shard_and_loads_it_again(ErrorCode refusal, ErrorCode answer)
    {
        using var fixture = RuntimeFixture.Elected();
        await fixture.Add(1);
        Task<CounterShard.Answer> waiting = fixture.Await(100);
        fixture.Log.Refusal = refusal;
        Assert.Equal(answer, (await fixture.Add(10)).Error);

        fixture.Log.Refusal = ErrorCode.None;
        Assert.Equal(ErrorCode.NotCoordinator, (await waiting).Error);
        await fixture.Until(ErrorCode.None);
        Assert.Equal(1, (await fixture.Get()).Value);
        Assert.Equal(2, fixture.Shards.Count);
    }

    [Fact]
    public async Task A_disk_that_fails_has_the_client_look_for_its_coordinator_again()
    {
        using var fixture = RuntimeFixture.Elected();
        fixture.Log.Failure = new IOException("no space");
        Assert.Equal(ErrorCode.NotCoordinator, (await fixture.Add(10)).Error);

        fixture.Log.Failure = null;
        await fixture.Until(ErrorCode.None);
        Assert.Equal(0, (await fixture.Get()).Value);
    }

    [Fact]
    public async Task An_answer_decided_together_with_a_refused_append_is_an_error()
    {
        using var fixture = RuntimeFixture.Elected();
        Task<CounterShard.Answer> waiting = fixture.Await(10);
        fixture.Log.Refusal = ErrorCode.KafkaStorageError;
        await fixture.Add(10);
        Assert.Equal(ErrorCode.NotCoordinator, (await waiting).Error);
    }

    [Fact]
    public async Task A_log_that_goes_on_refusing_is_loaded_again_at_a_slowing_pace()
    {
        using var fixture = RuntimeFixture.Elected();
        await fixture.Add(1);
        fixture.Log.Refusal = ErrorCode.KafkaStorageError;
        await fixture.Add(1);
        await fixture.Until(ErrorCode.None);
        await fixture.Add(1);
        Assert.Equal(ErrorCode.CoordinatorLoadInProgress, (await fixture.Add(1)).Error);
        int shards = fixture.Shards.Count;

        fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
        fixture.Log.Refusal = ErrorCode.None;
        await fixture.Until(ErrorCode.None);
        Assert.Equal(shards + 1, fixture.Shards.Count);
        Assert.Equal(2, (await fixture.Add(1)).Value);
    }

    [Fact]
    public async Task A_decision_that_throws_is_a_bug_that_costs_its_shard_and_nothing_more()
    {
        using var fixture = RuntimeFixture.Elected();
        await fixture.Add(1);
        CounterShard.Answer answer = await fixture.Runtime.RunAsync(0, CounterShard.Throw, null);
        Assert.Equal(ErrorCode.UnknownServerError, answer.Error);
        Assert.Contains(fixture.Logger.Messages, message => message.Message.Contains("throw"));

        await fixture.Until(ErrorCode.None);
        Assert.Equal(2, (await fixture.Add(1)).Value);
    }

    [Fact]
    public async Task A_record_larger_than_the_log_takes_is_refused_in_the_turn()
    {
        using var fixture = RuntimeFixture.Elected();
        fixture.Log.MaxBatchBytes = 1000;
        Assert.Equal(ErrorCode.RecordListTooLarge, (await fixture.Runtime.RunAsync(0, CounterShard.TryAdd, (1, 1000))).Error);
        Assert.Equal(0, (await fixture.Get()).Value);
        Assert.Equal(ErrorCode.None, (await fixture.Runtime.RunAsync(0, CounterShard.TryAdd, (1, 500))).Error);
    }

    [Fact]
    public async Task While_the_log_is_read_requests_are_told_so()
    {
        using var fixture = new RuntimeFixture();
        fixture.Log.Add(Batch(4));
        fixture.Log.Readable.Reset();
        fixture.Runtime.Elect(0, fixture.Log);
        Assert.Equal(ErrorCode.CoordinatorLoadInProgress, (await fixture.Add(1)).Error);
        Assert.False(fixture.Runtime.IsLoaded);

        fixture.Log.Readable.Set();
        await fixture.Until(ErrorCode.None);
        Assert.Equal(4, (await fixture.Get()).Value);
        Assert.True(fixture.Runtime.IsLoaded);
    }

    [Fact]
    public async Task A_log_is_applied_record_by_record()
    {
        using var fixture = new RuntimeFixture();
        for (int batch = 0; batch < 100; batch++)
        {
            fixture.Log.Add(Batch(1, 1));
        }

        fixture.Runtime.Elect(0, fixture.Log);
        await fixture.Until(ErrorCode.None);
        Assert.Equal(200, (await fixture.Get()).Value);
        Assert.Equal(Enumerable.Range(0, 200).Select(offset => (long)offset), fixture.Shard.Positions.Select(position => position.Offset));
    }

    [Fact]
    public async Task What_cannot_be_read_is_passed_over_and_told()
    {
        using var fixture = new RuntimeFixture();
        fixture.Log.Add(Batch(1));
        fixture.Log.Add(Batch(2));
        fixture.Log.Add(Batch(4));
        fixture.Log.Corrupt(1);
        fixture.Runtime.Elect(0, fixture.Log);
        await fixture.Until(ErrorCode.None);

        Assert.Equal(5, (await fixture.Get()).Value);
        Assert.Contains(fixture.Logger.Messages, message => message.Message.Contains("offsets 1 to 1"));
    }

    [Fact]
    public async Task Records_of_transactions_come_with_their_producer_and_end_with_its_marker()
    {
        using var fixture = new RuntimeFixture();
        using var builder = new RecordBatchBuilder { ProducerId = 9, ProducerEpoch = 1, BaseSequence = 0, IsTransactional = true };
        builder.Append(0, Key(5), null);
        fixture.Log.Add(builder.Build());
        fixture.Log.Add(new EndTransactionMarker(ControlRecordType.Abort, 0).ToBatch(0, 9, 1));
        fixture.Runtime.Elect(0, fixture.Log);
        await fixture.Until(ErrorCode.None);

        Assert.Equal([new RecordPosition(0, 9, 1)], fixture.Shard.Positions);
        Assert.Equal([(9, false)], fixture.Shard.Ended);
    }

    [Fact]
    public async Task Who_waits_when_the_partition_goes_elsewhere_is_told_so()
    {
        using var fixture = RuntimeFixture.Elected();
        fixture.Log.CommitsAtOnce = false;
        Task<CounterShard.Answer> uncommitted = fixture.Add(1).AsTask();
        Task<CounterShard.Answer> waiting = fixture.Await(7);
        fixture.Runtime.Resign(0);

        Assert.Equal(ErrorCode.NotCoordinator, (await uncommitted).Error);
        Assert.Equal(ErrorCode.NotCoordinator, (await waiting).Error);
        Assert.Equal(ErrorCode.NotCoordinator, (await fixture.Add(1)).Error);
    }

    [Fact]
    public async Task A_partition_that_comes_back_is_loaded_from_its_log()
    {
        using var fixture = RuntimeFixture.Elected();
        await fixture.Add(2);
        fixture.Runtime.Resign(0);
        fixture.Runtime.Elect(0, fixture.Log);
        await fixture.Until(ErrorCode.None);
        Assert.Equal(2, (await fixture.Get()).Value);
    }

    [Fact]
    public async Task Timers_ring_on_the_monotonic_clock_and_their_records_are_appended()
    {
        using var fixture = RuntimeFixture.Elected();
        _ = fixture.Runtime.RunAsync(0, CounterShard.AddLater, (3, 1000L));
        _ = fixture.Runtime.RunAsync(0, CounterShard.AddLater, (4, 500L));
        fixture.Time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal(0, (await fixture.Get()).Value);
        fixture.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(4, (await fixture.Get()).Value);
        fixture.Time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(7, (await fixture.Get()).Value);
        Assert.Equal(2, fixture.Log.Batches.Count);
    }

    [Fact]
    public async Task One_turn_runs_at_a_time_and_those_that_wait_share_appends()
    {
        using var fixture = RuntimeFixture.Elected();
        const int Threads = 8;
        const int Turns = 500;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(async () =>
        {
            for (int turn = 0; turn < Turns; turn++)
            {
                Assert.Equal(ErrorCode.None, (await fixture.Add(1)).Error);
            }
        })));

        Assert.Equal(Threads * Turns, (await fixture.Get()).Value);
        Assert.Equal(Threads * Turns, fixture.Log.EndOffset);
        Assert.Equal(
            Enumerable.Range(0, Threads * Turns).Select(offset => (long)offset), fixture.Shard.Positions.Select(position => position.Offset));
    }

    [Fact]
    public async Task Turns_that_found_the_shard_busy_are_appended_together()
    {
        using var fixture = RuntimeFixture.Elected();
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        var hold = new Decision<CounterShard, object?, CounterShard.Answer>(
            "hold",
            (shard, _, _) =>
            {
                entered.Set();
                leave.Wait(TimeSpan.FromSeconds(30));
                return new CounterShard.Answer(shard.Value, ErrorCode.None);
            },
            (_, error) => new CounterShard.Answer(-1, error));
        Task<CounterShard.Answer> holding = Task.Run(async () => await fixture.Runtime.RunAsync(0, hold, null));
        Assert.True(entered.Wait(TimeSpan.FromSeconds(30)));
        Task<CounterShard.Answer>[] queued = [.. Enumerable.Range(0, 50).Select(_ => fixture.Add(1).AsTask())];
        Assert.All(queued, answer => Assert.False(answer.IsCompleted));

        leave.Set();
        await holding;
        Assert.Equal(Enumerable.Range(1, 50), (await Task.WhenAll(queued)).Select(answer => answer.Value));
        Assert.Single(fixture.Log.Batches);
    }

    [Fact]
    public async Task A_turn_with_more_records_than_a_batch_takes_is_appended_in_several()
    {
        using var fixture = RuntimeFixture.Elected();
        fixture.Log.MaxBatchBytes = 300;
        var many = new Decision<CounterShard, int, CounterShard.Answer>(
            "many",
            (shard, count, turn) =>
            {
                for (int record = 0; record < count; record++)
                {
                    turn.Append(new CounterRecord(1, padding: 50));
                }

                return new CounterShard.Answer(shard.Value, ErrorCode.None);
            },
            (_, error) => new CounterShard.Answer(-1, error));

        Assert.Equal(new CounterShard.Answer(20, ErrorCode.None), await fixture.Runtime.RunAsync(0, many, 20));
        Assert.True(fixture.Log.Batches.Count > 3);
        Assert.Equal(20, fixture.Log.EndOffset);
    }

    private static byte[] Batch(params int[] amounts)
    {
        using var builder = new RecordBatchBuilder();
        foreach (int amount in amounts)
        {
            builder.Append(0, Key(amount), null);
        }

        return builder.Build();
    }

    private static byte[] Key(int amount)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new WireWriter(bytes);
        new CounterRecord(amount).WriteKey(ref writer);
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }
}
