using System.Buffers;
using Compat.Log;
using Compat.Replication.Metadata;
using Compat.Replication.Partitions;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Partitions;

/// <summary>A leader and its followers: who is in sync, and what is committed.</summary>
public sealed class LeadingTests : IDisposable
{
    private const short All = -1;

    private readonly PartitionFixture _fixture = new();

    private RecordingIsrChanges IsrChanges => _fixture.IsrChanges;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void The_high_watermark_is_where_the_slowest_of_those_in_sync_is()
    {
        Partition partition = Lead([1, 2, 3], [1, 2, 3]);
        Append(partition, 3);
        Fetch(partition, 2, 3);
        Assert.Equal(0, partition.HighWatermark);
        Fetch(partition, 3, 1);
        Assert.Equal(1, partition.HighWatermark);
        Fetch(partition, 3, 3);
        Assert.Equal(3, partition.HighWatermark);
    }

    [Fact]
    public void A_follower_that_keeps_up_is_waited_for_before_it_is_in_sync()
    {
        Partition partition = Lead([1, 2, 3], [1, 2]);
        Fetch(partition, 3, 0);
        Append(partition, 2);
        Fetch(partition, 2, 2);
        Assert.Equal(0, partition.HighWatermark);
        Fetch(partition, 3, 2);
        Assert.Equal(2, partition.HighWatermark);
    }

    [Fact]
    public void A_follower_of_a_fenced_broker_is_neither_waited_for_nor_proposed()
    {
        Partition partition = Lead([1, 2, 3], [1, 2]);
        _fixture.Apply(Broker(3, fenced: true));
        Append(partition, 2);
        Fetch(partition, 3, 0);
        Fetch(partition, 2, 2);
        Fetch(partition, 3, 2);
        Assert.Equal(2, partition.HighWatermark);
        Assert.Empty(IsrChanges.Proposals);
    }

    [Fact]
    public void Who_has_not_caught_up_for_too_long_is_proposed_to_leave_and_counted_until_the_answer()
    {
        Partition partition = Lead([1, 2, 3], [1, 2, 3], minIsr: 2);
        Append(partition, 1);
        Fetch(partition, 2, 1);
        Elapse(30_001);
        Fetch(partition, 2, 1);
        partition.RemoveLaggards();

        IsrProposal proposal = Assert.Single(IsrChanges.Proposals);
        Assert.Equal([1, 2], proposal.NewIsr.Select(member => member.BrokerId));
        Assert.Equal(0, partition.HighWatermark);
        Assert.False(partition.OnIsrAnswer(proposal, new IsrAnswer(ErrorCode.None, 0, [1, 2], 1)));
        Assert.Equal(1, partition.HighWatermark);
        Assert.Equal([1, 2], partition.InSyncReplicas);
    }

    [Fact]
    public void An_idle_partition_keeps_its_followers_as_long_as_they_fetch()
    {
        Partition partition = Lead([1, 2], [1, 2]);
        Append(partition, 1);
        Fetch(partition, 2, 1);
        Elapse(60_000);
        partition.RemoveLaggards();
        Assert.Empty(IsrChanges.Proposals);
    }

    [Fact]
    public void A_follower_that_is_always_one_fetch_behind_stays_in_sync()
    {
        Partition partition = Lead([1, 2], [1, 2]);
        for (int i = 0; i < 10; i++)
        {
            Append(partition, 1);
            Fetch(partition, 2, i);
            Elapse(10_000);
            partition.RemoveLaggards();
        }
        Assert.Empty(IsrChanges.Proposals);
    }

    [Fact]
    public void While_a_replica_may_have_left_it_does_not_count_for_the_minimum()
    {
        Partition partition = Lead([1, 2, 3], [1, 2], minIsr: 2);
        Elapse(30_001);
        Append(partition, 1);
        partition.RemoveLaggards();
        Assert.Single(IsrChanges.Proposals);
        Assert.Equal(ErrorCode.NotEnoughReplicas, partition.AppendAsLeader(PartitionFixture.Batch("a"), All, AppendOrigin.Client).ErrorCode);
    }

    [Fact]
    public void Nothing_is_committed_with_fewer_in_sync_than_the_minimum()
    {
        Partition partition = Lead([1, 2, 3], [1], minIsr: 2);
        Assert.Equal(ErrorCode.None, partition.AppendAsLeader(PartitionFixture.Batch("a"), 1, AppendOrigin.Client).ErrorCode);
        Assert.Equal(0, partition.HighWatermark);
    }

    [Fact]
    public void One_proposal_is_under_way_and_a_refused_one_is_made_again()
    {
        Partition partition = Lead([1, 2, 3], [1]);
        Fetch(partition, 2, 0);
        Fetch(partition, 3, 0);
        IsrProposal first = Assert.Single(IsrChanges.Proposals);
        partition.OnIsrAnswer(first, IsrAnswer.Refused(ErrorCode.IneligibleReplica));
        Fetch(partition, 3, 0);
        Assert.Equal([1, 3], IsrChanges.Proposals[1].NewIsr.Select(member => member.BrokerId));
    }

    [Theory]
    [InlineData(ErrorCode.NetworkException, true)]
    [InlineData(ErrorCode.StaleBrokerEpoch, true)]
    [InlineData(ErrorCode.InvalidUpdateVersion, false)]
    [InlineData(ErrorCode.FencedLeaderEpoch, false)]
    public void What_the_controller_may_have_carried_out_stays_under_way(ErrorCode error, bool isAgain)
    {
        Partition partition = Lead([1, 2], [1]);
        Fetch(partition, 2, 0);
        Assert.Equal(isAgain, partition.OnIsrAnswer(IsrChanges.Proposals[0], IsrAnswer.Refused(error)));
        Append(partition, 1);
        Assert.Equal(0, partition.HighWatermark);
        ChangeIsr(1, 2);
        Fetch(partition, 2, 1);
        Assert.Equal(1, partition.HighWatermark);
        Assert.Single(IsrChanges.Proposals);
    }

    [Fact]
    public void The_image_may_be_faster_than_the_answer_and_slower()
    {
        Partition partition = Lead([1, 2, 3], [1]);
        Fetch(partition, 2, 0);
        IsrProposal proposal = IsrChanges.Proposals[0];
        ChangeIsr(1, 2);
        Assert.False(partition.OnIsrAnswer(proposal, IsrAnswer.Refused(ErrorCode.InvalidUpdateVersion)));
        Assert.Equal([1, 2], partition.InSyncReplicas);

        Fetch(partition, 3, 0);
        partition.OnIsrAnswer(IsrChanges.Proposals[1], new IsrAnswer(ErrorCode.None, 0, [1, 2, 3], 2));
        Assert.Equal([1, 2, 3], partition.InSyncReplicas);
        ChangeIsr(1, 2, 3);
        Assert.Equal([1, 2, 3], partition.InSyncReplicas);
    }

    [Fact]
    public void A_new_leader_says_no_end_before_it_knows_what_was_committed()
    {
        Partition partition = Lead([1, 2], [1, 2]);
        Append(partition, 2);
        _fixture.Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 1 }, 2));
        Assert.True(partition.IsHighWatermarkStale);
        Fetch(partition, 2, 1, leaderEpoch: 1);
        Assert.True(partition.IsHighWatermarkStale);
        Fetch(partition, 2, 2, leaderEpoch: 1);
        Assert.False(partition.IsHighWatermarkStale);
    }

    [Fact]
    public void A_follower_joins_only_once_it_has_reached_the_leaders_epoch()
    {
        Partition partition = Lead([1, 2, 3], [1, 2]);
        Append(partition, 4);
        _fixture.Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Leader = 1 }, 2));
        Fetch(partition, 3, 3, leaderEpoch: 1);
        Assert.Empty(IsrChanges.Proposals);
        Fetch(partition, 3, 4, leaderEpoch: 1);
        Assert.Single(IsrChanges.Proposals);
    }

    [Fact]
    public void A_replica_that_is_added_is_followed_from_then_on()
    {
        Partition partition = Lead([1], [1]);
        Append(partition, 1);
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, partition.CheckFollower(2, 0));
        Assert.Equal(ErrorCode.NotLeaderOrFollower, partition.CheckFollower(2, -1));
        _fixture.Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Replicas = [1, 2] }, 2));
        Assert.Equal(ErrorCode.None, partition.CheckFollower(2, 0));
        Fetch(partition, 2, 1);
        Assert.Single(IsrChanges.Proposals);
        Assert.Equal(0, partition.LeaderEpoch);
    }

    [Fact]
    public async Task The_low_watermark_is_that_of_the_slowest_that_is_alive()
    {
        Partition partition = Lead([1, 2, 3], [1, 2, 3]);
        Append(partition, 5);
        Fetch(partition, 2, 5);
        Fetch(partition, 3, 5);
        Task<ErrorCode> wait = partition.WaitUntilDeletedAsync(3, TimeSpan.FromSeconds(5)).AsTask();
        Assert.Equal((ErrorCode.None, 3L), partition.DeleteRecordsBefore(3));
        Fetch(partition, 2, 5, logStart: 3);
        Assert.Equal(0, partition.LowWatermark);
        _fixture.Apply(Broker(3, fenced: true));
        Fetch(partition, 2, 5, logStart: 3);
        Assert.Equal(3, partition.LowWatermark);
        Fetch(partition, 2, 5, logStart: 4);
        Assert.Equal(ErrorCode.None, await wait);
    }

    [Fact]
    public void A_follower_takes_records_marks_and_starts_over_and_nothing_of_another_epoch()
    {
        _fixture.Apply([Broker(1), Broker(2), .. TopicOf("t", Id(1), 1, 2, 1)]);
        Partition partition = _fixture["t", 0];
        var data = new FetchResponse.PartitionData { Records = PartitionFixture.Batch("a", "b"), HighWatermark = 5, LogStartOffset = 1 };
        Assert.Equal(ErrorCode.NotLeaderOrFollower, partition.AppendAsFollower(1, data));
        Assert.Equal(ErrorCode.None, partition.AppendAsFollower(0, data));
        Assert.Equal((2L, 2L, 1L), (partition.Log.LogEndOffset, partition.HighWatermark, partition.Log.LogStartOffset));
        Assert.Equal(ErrorCode.OffsetOutOfRange, partition.AppendAsFollower(0, data));
        Assert.Equal(ErrorCode.NotLeaderOrFollower, partition.TruncateToDivergence(1, new(0, 0)));
        Assert.Equal(ErrorCode.NotLeaderOrFollower, partition.ResetToLeader(1, 0, 0));
    }

    [Fact]
    public void A_follower_behind_the_leaders_start_begins_there_and_one_beyond_its_end_is_cut()
    {
        _fixture.Apply([Broker(1), Broker(2), .. TopicOf("t", Id(1), 1, 2, 1)]);
        Partition partition = _fixture["t", 0];
        partition.AppendAsFollower(0, new FetchResponse.PartitionData { Records = PartitionFixture.Batch("a"), HighWatermark = 0, LogStartOffset = 0 });
        partition.ResetToLeader(0, 7, 9);
        Assert.Equal((7L, 7L), (partition.Log.LogStartOffset, partition.Log.LogEndOffset));
        partition.ResetToLeader(0, 3, 5);
        Assert.Equal(5, partition.Log.LogEndOffset);
    }

    [Theory]
    [InlineData(500, 1_000)]
    [InlineData(5_000, 10_000)]
    public void A_leader_is_sure_for_as_long_as_two_fetches_may_be_held(int fetchWaitMaxMs, int sureForMs)
    {
        using PartitionFixture fixture = new(fetchWaitMaxMs: fetchWaitMaxMs);
        Partition partition = Lead(fixture, [1, 2], [1, 2]);
        Fetch(partition, 2, 0);
        fixture.Time.Advance(TimeSpan.FromMilliseconds(sureForMs));
        Assert.True(partition.IsSureToLead);
        fixture.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(partition.IsSureToLead);
    }

    [Fact]
    public void A_leader_that_may_have_a_successor_does_not_tell_producers_that_records_are_missing()
    {
        Partition partition = Lead([1, 2], [1, 2]);
        Fetch(partition, 2, 0);
        Assert.Equal(ErrorCode.None, AppendOf(partition, sequence: 0));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, AppendOf(partition, sequence: 5));

        Elapse(1_001);
        Assert.False(partition.IsSureToLead);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, AppendOf(partition, sequence: 5));
        Assert.Equal(ErrorCode.None, AppendOf(partition, sequence: 1));

        ChangeIsr(1);
        Assert.True(partition.IsSureToLead);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, AppendOf(partition, sequence: 5));
    }

    public static TheoryData<short> VersionsOfAlterPartition
    {
        get
        {
            ApiInfo api = ApiCatalog.Get(ApiKey.AlterPartition);
            return [.. Enumerable.Range(api.MinVersion, api.LatestStableVersion - api.MinVersion + 1).Select(version => (short)version)];
        }
    }

    [Theory]
    [MemberData(nameof(VersionsOfAlterPartition))]
    public void What_is_proposed_can_be_sent_in_every_version(short version)
    {
        IsrProposal proposal = new(Lead([1, 2, 3], [1, 2, 3]), [new IsrMember(1, 11), new IsrMember(2, 12)], LeaderEpoch: 4, PartitionEpoch: 5);

        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        IsrKeeper.Describe([proposal], 1, 11, version).Write(ref writer, version);
        writer.Flush();
        var reader = new WireReader(output.WrittenMemory);
        var read = AlterPartitionRequest.Read(ref reader, version);

        AlterPartitionRequest.PartitionData asked = Assert.Single(Assert.Single(read.Topics).Partitions);
        Assert.Equal((4, 5), (asked.LeaderEpoch, asked.PartitionEpoch));
        Assert.Equal([1, 2], version < 3 ? asked.NewIsr : asked.NewIsrWithEpochs.Select(member => member.BrokerId));
    }

    private Partition Lead(int[] replicas, int[] isr, int minIsr = 1) => Lead(_fixture, replicas, isr, minIsr);

    private static Partition Lead(PartitionFixture fixture, int[] replicas, int[] isr, int minIsr = 1)
    {
        MetadataRecord partition = Of(
            new PartitionRecord
            {
                TopicId = Id(1),
                PartitionId = 0,
                Replicas = [.. replicas],
                Isr = [.. isr],
                Leader = 1,
                LeaderEpoch = 0,
                PartitionEpoch = 0,
                Directories = [.. replicas.Select(_ => DirectoryIds.Unassigned)],
            },
            2);
        fixture.Apply([Broker(1), Broker(2), Broker(3), Topic("t", Id(1)), partition, Config("t", "min.insync.replicas", $"{minIsr}")]);
        return fixture["t", 0];
    }

    private static void Append(Partition partition, int records) => Assert.Equal(
        ErrorCode.None,
        partition.AppendAsLeader(PartitionFixture.Batch([.. Enumerable.Range(0, records).Select(i => $"{i}")]), 1, AppendOrigin.Client).ErrorCode);

    private static ErrorCode AppendOf(Partition partition, int sequence)
    {
        using var builder = new RecordBatchBuilder { ProducerId = 7, ProducerEpoch = 0, BaseSequence = sequence };
        builder.Append(1, null, [1]);
        return partition.AppendAsLeader(builder.Build(), 1, AppendOrigin.Client).ErrorCode;
    }

    private static void Fetch(Partition partition, int replica, long offset, int leaderEpoch = 0, long logStart = 0)
    {
        Assert.Equal(ErrorCode.None, partition.CheckFollower(replica, leaderEpoch));
        var fetch = new FollowerFetch(replica, 10, offset, logStart, partition.NowMs);
        Assert.Equal(ErrorCode.None, partition.OnFollowerFetch(fetch, partition.Log.LogEndOffset));
    }

    private void ChangeIsr(params int[] isr) =>
        _fixture.Apply(Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 0, Isr = [.. isr] }, 2));

    private void Elapse(int ms) => _fixture.Time.Advance(TimeSpan.FromMilliseconds(ms));
}
