using Compat.Log;
using Compat.Log.Configuration;
using Compat.Replication.Partitions;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Data;

/// <summary>Fetches of brokers that follow, and of clients that are nearer to a follower.</summary>
public sealed class FollowerFetchTests
{
    private const short Version = 17;
    private const int Follower = 2;

    private static readonly Uuid TopicId = new(5, 5);

    [Fact]
    public async Task A_follower_reads_to_the_end_of_the_log_and_its_next_fetch_commits_what_it_read()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        Partition partition = Replicated(fixture);
        partition.AppendAsLeader(fixture.Batch("a", "b"), 1, AppendOrigin.Client);

        FetchResponse.PartitionData first = await FetchAsync(client, offset: 0);
        FetchResponse.PartitionData second = await FetchAsync(client, offset: 2);

        Assert.True(first.Records.Size > 0);
        Assert.Equal((0L, 2L), (first.HighWatermark, second.HighWatermark));
        Assert.Equal(2, partition.HighWatermark);
    }

    [Fact]
    public async Task Records_that_are_not_committed_are_not_shown_to_clients()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        Partition partition = Replicated(fixture);
        partition.AppendAsLeader(fixture.Batch("a"), 1, AppendOrigin.Client);

        FetchResponse.PartitionData data = await FetchAsync(client, offset: 0, replicaId: -1);

        Assert.Equal((ErrorCode.None, 0, 0L), (data.ErrorCode, data.Records.Size, data.HighWatermark));
    }

    [Fact]
    public async Task A_follower_that_has_caught_up_is_proposed_for_the_isr()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        Partition partition = Replicated(fixture, isr: [1]);
        partition.AppendAsLeader(fixture.Batch("a"), 1, AppendOrigin.Client);

        await FetchAsync(client, offset: 0);
        Assert.Empty(fixture.IsrChanges.Proposals);
        await FetchAsync(client, offset: 1);

        IsrProposal proposal = Assert.Single(fixture.IsrChanges.Proposals);
        Assert.Equal([new IsrMember(1, 1), new IsrMember(Follower, 12)], proposal.NewIsr);
    }

    [Fact]
    public async Task A_process_that_has_been_replaced_is_no_follower()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        Partition partition = Replicated(fixture);
        partition.AppendAsLeader(fixture.Batch("a"), 1, AppendOrigin.Client);

        FetchResponse.PartitionData data = await FetchAsync(client, offset: 1, replicaEpoch: 11);

        Assert.Equal((ErrorCode.NotLeaderOrFollower, 0L), (data.ErrorCode, partition.HighWatermark));
    }

    [Theory]
    [InlineData(DataFixture.LeaderEpoch - 1, ErrorCode.FencedLeaderEpoch)]
    [InlineData(DataFixture.LeaderEpoch + 1, ErrorCode.UnknownLeaderEpoch)]
    public async Task A_follower_of_another_epoch_is_refused(int epoch, ErrorCode expected)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        Replicated(fixture);

        Assert.Equal(expected, (await FetchAsync(client, offset: 0, leaderEpoch: epoch)).ErrorCode);
    }

    [Fact]
    public async Task A_follower_with_records_of_a_lost_epoch_is_told_where_to_cut()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        Partition partition = Replicated(fixture);
        partition.AppendAsLeader(fixture.Batch("a", "b"), 1, AppendOrigin.Client);

        FetchResponse.PartitionData data = await FetchAsync(client, offset: 5, lastEpoch: DataFixture.LeaderEpoch);

        Assert.Equal((DataFixture.LeaderEpoch, 2L), (data.DivergingEpoch.Epoch, data.DivergingEpoch.EndOffset));
        Assert.Equal(0, partition.HighWatermark);
    }

    [Fact]
    public async Task Who_reads_past_the_end_of_a_leader_that_nobody_follows_yet_is_told_so_if_it_is_a_follower_and_sent_away_if_it_is_a_client()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        Partition partition = Replicated(fixture);
        partition.AppendAsLeader(fixture.Batch("a"), 1, AppendOrigin.Client);

        // A follower would otherwise never find out where to begin, and so never prove that the leader leads.
        Assert.Equal(ErrorCode.OffsetOutOfRange, (await FetchAsync(client, offset: 5)).ErrorCode);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await FetchAsync(client, offset: 5, replicaId: -1)).ErrorCode);

        await FetchAsync(client, offset: 1);
        Assert.Equal(ErrorCode.OffsetOutOfRange, (await FetchAsync(client, offset: 5, replicaId: -1)).ErrorCode);
    }

    [Fact]
    public async Task A_client_that_knows_a_later_epoch_than_a_leader_that_nobody_follows_yet_is_sent_away()
    {
        const int Later = DataFixture.LeaderEpoch + 1;
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        Partition partition = Replicated(fixture);
        partition.AppendAsLeader(fixture.Batch("a"), 1, AppendOrigin.Client);

        Assert.Equal((ErrorCode.NotLeaderOrFollower, -1L), await EndOfAsync(client, Later, replicaId: -1));
        Assert.Equal((ErrorCode.None, -1L), await EndOfAsync(client, Later, Follower));
        Assert.Equal((ErrorCode.None, 1L), await EndOfAsync(client, DataFixture.LeaderEpoch, replicaId: -1));
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await FetchAsync(client, offset: 1, replicaId: -1, lastEpoch: Later)).ErrorCode);

        await FetchAsync(client, offset: 1);
        Assert.Equal((ErrorCode.None, -1L), await EndOfAsync(client, Later, replicaId: -1));
        Assert.Equal(ErrorCode.OffsetOutOfRange, (await FetchAsync(client, offset: 1, replicaId: -1, lastEpoch: Later)).ErrorCode);
    }

    [Fact]
    public async Task A_client_is_sent_to_the_replica_in_its_rack_and_served_by_it()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        Partition partition = Replicated(fixture);
        partition.AppendAsLeader(fixture.Batch("a"), 1, AppendOrigin.Client);
        await FetchAsync(client, offset: 1);

        FetchResponse.PartitionData sent = await FetchAsync(client, offset: 0, replicaId: -1, rack: "near");
        FetchResponse.PartitionData stays = await FetchAsync(client, offset: 0, replicaId: -1, rack: "far");
        fixture.Elect(TopicId, Follower);
        FetchResponse.PartitionData served = await FetchAsync(client, offset: 0, replicaId: -1, rack: "near", leaderEpoch: -1);
        FetchResponse.PartitionData older = await FetchAsync(client, offset: 0, replicaId: -1, leaderEpoch: -1, version: 10);

        Assert.Equal((Follower, 0), (sent.PreferredReadReplica, sent.Records.Size));
        Assert.True(stays.PreferredReadReplica == -1 && stays.Records.Size > 0);
        Assert.True(served.ErrorCode == ErrorCode.None && served.Records.Size > 0);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, older.ErrorCode);
    }

    private static Partition Replicated(DataFixture fixture, int[]? isr = null)
    {
        fixture.AddBroker(Follower, "near");
        return fixture.AddReplicated("replicated", TopicId, [1, Follower], isr ?? [1, Follower], LogConfig.Default);
    }

    private static async Task<(ErrorCode Code, long End)> EndOfAsync(TestClient client, int epoch, int replicaId)
    {
        var request = new OffsetForLeaderEpochRequest
        {
            ReplicaId = replicaId,
            Topics = [new() { Topic = "replicated", Partitions = [new() { Partition = 0, LeaderEpoch = epoch, CurrentLeaderEpoch = DataFixture.LeaderEpoch }] }],
        };
        OffsetForLeaderEpochResponse response = await client.AskAsync<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(request, 4);
        OffsetForLeaderEpochResponse.EpochEndOffset end = response.Topics.Single().Partitions.Single();
        return (end.ErrorCode, end.EndOffset);
    }

    private static async Task<FetchResponse.PartitionData> FetchAsync(
        TestClient client,
        long offset,
        int replicaId = Follower,
        long replicaEpoch = 12,
        int leaderEpoch = DataFixture.LeaderEpoch,
        int lastEpoch = -1,
        string rack = "",
        short version = Version)
    {
        var request = new FetchRequest
        {
            MaxBytes = 1_000_000,
            ReplicaState = new() { ReplicaId = replicaId, ReplicaEpoch = replicaEpoch },
            RackId = rack,
            Topics =
            [
                new()
                {
                    Topic = version < 13 ? "replicated" : "",
                    TopicId = version < 13 ? Uuid.Zero : TopicId,
                    Partitions =
                    [
                        new()
                        {
                            FetchOffset = offset,
                            CurrentLeaderEpoch = leaderEpoch,
                            LastFetchedEpoch = lastEpoch,
                            PartitionMaxBytes = 1_000_000,
                        },
                    ],
                },
            ],
        };
        if (version < 15)
        {
            request.ReplicaState = new();
        }

        FetchResponse response = await client.AskAsync<FetchRequest, FetchResponse>(request, version);
        return Assert.Single(Assert.Single(response.Responses).Partitions);
    }
}
