using Compat.Log;
using Compat.Replication.Partitions;
using Compat.Replication.Tests.Quorum;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Partitions;

public sealed class PartitionTests : IDisposable
{
    private const short All = -1;

    private readonly PartitionFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void A_leader_alone_commits_what_it_appends()
    {
        Partition partition = Alone();
        AppendResult result = partition.AppendAsLeader(PartitionFixture.Batch("a", "b"), All, AppendOrigin.Client);
        Assert.Equal((ErrorCode.None, 0L, 1L), (result.ErrorCode, result.FirstOffset, result.LastOffset));
        Assert.Equal(2, partition.HighWatermark);
        using LogReadResult read = partition.Read(0, 1_000, FetchIsolation.HighWatermark, true);
        Assert.True(read.Records.Size > 0);
        Assert.True(partition.WaitUntilCommittedAsync(2, 0, TimeSpan.FromSeconds(1)) is { IsCompletedSuccessfully: true, Result: ErrorCode.None });
    }

    [Fact]
    public void Appended_batches_carry_the_leader_epoch()
    {
        Partition partition = Alone();
        _fixture.Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 1 }, 2));
        partition.AppendAsLeader(PartitionFixture.Batch("a"), 1, AppendOrigin.Client);
        Assert.Equal(1, partition.LeaderEpoch);
        Assert.Equal(1, partition.Log.EpochForOffset(0));
    }

    [Fact]
    public void The_epoch_a_client_names_must_be_the_leaders()
    {
        Partition partition = Alone();
        _fixture.Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 1 }, 2));
        Assert.Equal(ErrorCode.None, partition.CheckLeaderEpoch(-1));
        Assert.Equal(ErrorCode.None, partition.CheckLeaderEpoch(1));
        Assert.Equal(ErrorCode.FencedLeaderEpoch, partition.CheckLeaderEpoch(0));
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, partition.CheckLeaderEpoch(2));
    }

    [Fact]
    public void A_replica_that_does_not_lead_takes_no_appends()
    {
        _fixture.Apply([Broker(1), Broker(2), .. TopicOf("t", Id(1), 1, 2, 1)]);
        AppendResult result = _fixture["t", 0].AppendAsLeader(PartitionFixture.Batch("a"), 1, AppendOrigin.Client);
        Assert.Equal((ErrorCode.NotLeaderOrFollower, -1L), (result.ErrorCode, result.FirstOffset));
        Assert.Equal(0, _fixture["t", 0].Log.LogEndOffset);
    }

    [Fact]
    public void Too_few_replicas_in_sync_refuse_acks_all_and_only_that()
    {
        _fixture.Apply(
        [
            Broker(1), Broker(2), .. TopicOf("t", Id(1), 1, 1, 2), Config("t", "min.insync.replicas", "2"),
            Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Isr = [1] }, 2),
        ]);
        AppendResult all = _fixture["t", 0].AppendAsLeader(PartitionFixture.Batch("a"), All, AppendOrigin.Client);
        AppendResult one = _fixture["t", 0].AppendAsLeader(PartitionFixture.Batch("a"), 1, AppendOrigin.Client);
        Assert.Equal(ErrorCode.NotEnoughReplicas, all.ErrorCode);
        Assert.Contains("The size of the current ISR 1 is insufficient to satisfy the min.isr requirement of 2", all.ErrorMessage);
        Assert.Equal(ErrorCode.None, one.ErrorCode);
    }

    [Fact]
    public void A_topic_with_fewer_replicas_than_it_wants_in_sync_is_writable()
    {
        _fixture.Apply([Broker(1), .. TopicOf("t", Id(1), 1, 1), Config("t", "min.insync.replicas", "2")]);
        Assert.Equal(ErrorCode.None, _fixture["t", 0].AppendAsLeader(PartitionFixture.Batch("a"), All, AppendOrigin.Client).ErrorCode);
    }

    [Fact]
    public async Task Acks_all_waits_for_the_others_in_sync_and_not_for_ever()
    {
        Partition partition = WithFollower();
        partition.AppendAsLeader(PartitionFixture.Batch("a"), All, AppendOrigin.Client);
        Assert.Equal(0, partition.HighWatermark);
        Task<ErrorCode> wait = partition.WaitUntilCommittedAsync(1, 0, TimeSpan.FromSeconds(30)).AsTask();
        Assert.False(wait.IsCompleted);
        _fixture.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(ErrorCode.RequestTimedOut, await wait);
    }

    [Fact]
    public async Task Acks_all_ends_when_the_others_leave_the_isr()
    {
        Partition partition = WithFollower();
        partition.AppendAsLeader(PartitionFixture.Batch("a"), All, AppendOrigin.Client);
        Task<ErrorCode> wait = partition.WaitUntilCommittedAsync(1, 0, TimeSpan.FromSeconds(30)).AsTask();
        _fixture.Apply([Broker(2, fenced: true), Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Isr = [1] }, 2)]);
        Assert.Equal(ErrorCode.None, await wait);
        Assert.Equal(1, partition.HighWatermark);
    }

    [Fact]
    public async Task Acks_all_ends_when_the_leadership_or_the_topic_does()
    {
        Partition partition = WithFollower();
        Task<ErrorCode> replaced = partition.WaitUntilCommittedAsync(1, 0, TimeSpan.FromSeconds(30)).AsTask();
        _fixture.Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 2 }, 2));
        Assert.Equal(ErrorCode.NotLeaderOrFollower, await replaced);
        _fixture.Apply(Remove(Id(1)));
        Assert.True(partition.IsDeleted);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, await partition.WaitUntilCommittedAsync(9, 0, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_wait_can_be_given_up()
    {
        using var cancellation = new CancellationTokenSource();
        Task<ErrorCode> wait = WithFollower().WaitUntilCommittedAsync(1, 0, TimeSpan.FromSeconds(30), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public void Waiters_are_called_at_every_change_until_they_are_removed()
    {
        Partition partition = Alone();
        var waiter = new CountingWaiter();
        var twice = new CountingWaiter();
        partition.AddWaiter(waiter);
        partition.AddWaiter(twice);
        partition.AddWaiter(twice);
        partition.AppendAsLeader(PartitionFixture.Batch("a"), 1, AppendOrigin.Client);
        partition.RemoveWaiter(twice);
        _fixture.Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 1 }, 2));
        Assert.True(waiter.Calls >= 2);
        Assert.Equal(waiter.Calls, twice.Calls);
        partition.RemoveWaiter(waiter);
        partition.RemoveWaiter(twice);
        partition.RemoveWaiter(twice);
        int calls = waiter.Calls;
        partition.AppendAsLeader(PartitionFixture.Batch("a"), 1, AppendOrigin.Client);
        Assert.Equal(calls, waiter.Calls);
    }

    [Fact]
    public void A_refused_append_calls_nobody()
    {
        Partition partition = Alone();
        var waiter = new CountingWaiter();
        partition.AddWaiter(waiter);
        byte[] damaged = PartitionFixture.Batch("a");
        damaged[^1] ^= 1;
        Assert.Equal(ErrorCode.CorruptMessage, partition.AppendAsLeader(damaged, 1, AppendOrigin.Client).ErrorCode);
        Assert.Equal(0, waiter.Calls);
    }

    [Fact]
    public async Task Appends_and_new_epochs_at_the_same_time_never_put_an_old_epoch_behind_a_new_one()
    {
        Partition partition = Alone();
        using var stop = new CancellationTokenSource();
        Task[] producers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                partition.AppendAsLeader(PartitionFixture.Batch("a"), 1, AppendOrigin.Client);
            }
        }))];
        for (int i = 0; i < 200; i++)
        {
            long end = partition.Log.LogEndOffset;
            await Eventually.True(() => partition.Log.LogEndOffset > end, "another append");
            _fixture.Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 1 }, 2));
        }
        await stop.CancelAsync();
        await Task.WhenAll(producers);
        int[] epochs = [.. partition.Log.ReadBatches(0).Select(batch => batch.PartitionLeaderEpoch)];
        Assert.NotEmpty(epochs);
        Assert.Equal(epochs.Order(), epochs);
    }

    private Partition Alone()
    {
        _fixture.Apply([Broker(1), .. TopicOf("t", Id(1), 1, 1)]);
        return _fixture["t", 0];
    }

    private Partition WithFollower()
    {
        _fixture.Apply([Broker(1), Broker(2), .. TopicOf("t", Id(1), 1, 1, 2)]);
        return _fixture["t", 0];
    }
}
