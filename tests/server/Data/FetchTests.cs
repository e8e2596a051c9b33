using Compat.Log.Configuration;
using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Data;

public class FetchTests
{
    [Theory]
    [EveryVersion(ApiKey.Fetch)]
    public async Task Batches_come_as_they_were_produced(short version)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(0, "a", "b");
        fixture.Append(0, "c");

        FetchResponse response = await client.AskAsync<FetchRequest, FetchResponse>(Request(version, (0, 0)), version);

        Assert.Equal((ErrorCode.None, 0), (response.ErrorCode, response.SessionId));
        FetchResponse.FetchableTopicResponse topic = Assert.Single(response.Responses);
        Assert.Equal(version >= 13 ? "" : DataFixture.Topic, topic.Topic);
        Assert.Equal(version >= 13 ? DataFixture.TopicId : Uuid.Zero, topic.TopicId);
        FetchResponse.PartitionData partition = Assert.Single(topic.Partitions);
        Assert.Equal((0, ErrorCode.None, 3L, 3L), (partition.PartitionIndex, partition.ErrorCode, partition.HighWatermark, partition.LastStableOffset));
        Assert.Equal(version >= 5 ? 0 : -1, partition.LogStartOffset);
        Assert.Equal(-1, partition.PreferredReadReplica);
        Assert.Null(partition.AbortedTransactions);
        Assert.Equal([(0L, "a"), (1L, "b"), (2L, "c")], DataFixture.Values(partition.Records.Memory));
    }

    [Theory]
    [EveryVersion(ApiKey.Fetch)]
    public async Task At_the_end_the_records_are_empty_and_not_null(short version)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(0, "a");
        FetchRequest request = Request(version, (0, 1), (1, 0));
        request.MaxWaitMs = 0;

        FetchResponse response = await client.AskAsync<FetchRequest, FetchResponse>(request, version);

        Assert.Equal(2, response.Responses.Single().Partitions.Count);
        Assert.All(response.Responses.Single().Partitions, partition =>
        {
            Assert.Equal(ErrorCode.None, partition.ErrorCode);
            Assert.False(partition.Records.IsNull);
            Assert.Equal(0, partition.Records.Size);
        });
    }

    [Fact]
    public async Task A_fetch_from_the_middle_of_a_batch_returns_the_whole_batch()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(0, "a", "b", "c");

        FetchResponse response = await client.AskAsync<FetchRequest, FetchResponse>(Request(12, (0, 2)), 12);

        Assert.Equal([(0L, "a"), (1L, "b"), (2L, "c")], DataFixture.Values(Partition(response).Records.Memory));
    }

    [Theory]
    [EveryVersion(ApiKey.Fetch)]
    public async Task Each_error_is_that_of_its_partition(short version)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(0, "a");
        FetchRequest request = Request(version, (0, 2), (1, 0), (99, 0));
        request.Topics.Add(new() { Topic = version >= 13 ? "" : "nowhere", TopicId = version >= 13 ? new Uuid(1, 1) : Uuid.Zero, Partitions = [new() { PartitionMaxBytes = 1000 }] });

        FetchResponse response = await client.AskAsync<FetchRequest, FetchResponse>(request, version);

        ErrorCode unknown = version >= 13 ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
        FetchResponse.PartitionData[] partitions = [.. response.Responses.SelectMany(topic => topic.Partitions)];
        Assert.Equal([ErrorCode.OffsetOutOfRange, ErrorCode.None, ErrorCode.UnknownTopicOrPartition, unknown], partitions.Select(partition => partition.ErrorCode));
        Assert.All(partitions, partition => Assert.False(partition.Records.IsNull));
        Assert.Equal(-1, partitions[0].HighWatermark);
    }

    [Theory]
    [InlineData(DataFixture.LeaderEpoch - 1, ErrorCode.FencedLeaderEpoch)]
    [InlineData(DataFixture.LeaderEpoch + 1, ErrorCode.UnknownLeaderEpoch)]
    [InlineData(DataFixture.LeaderEpoch, ErrorCode.None)]
    [InlineData(-1, ErrorCode.None)]
    public async Task A_client_with_another_leader_epoch_is_fenced(int epoch, ErrorCode expected)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(0, "a");
        FetchRequest request = Request(12, (0, 0));
        request.Topics[0].Partitions[0].CurrentLeaderEpoch = epoch;

        Assert.Equal(expected, Partition(await client.AskAsync<FetchRequest, FetchResponse>(request, 12)).ErrorCode);
    }

    [Fact]
    public async Task A_client_that_read_what_this_log_never_had_is_told_where_they_part()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(0, "a", "b");
        FetchRequest request = Request(12, (0, 5));
        request.Topics[0].Partitions[0].LastFetchedEpoch = DataFixture.LeaderEpoch;

        FetchResponse.PartitionData partition = Partition(await client.AskAsync<FetchRequest, FetchResponse>(request, 12));

        Assert.Equal(ErrorCode.None, partition.ErrorCode);
        Assert.Equal((DataFixture.LeaderEpoch, 2L), (partition.DivergingEpoch.Epoch, partition.DivergingEpoch.EndOffset));
        Assert.Equal(0, partition.Records.Size);
        Assert.False(partition.Records.IsNull);
    }

    [Fact]
    public async Task The_first_batch_comes_whole_however_little_is_asked_for_and_nothing_beyond()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(0, new string('x', 1000));
        fixture.Append(0, "more");
        fixture.Append(1, "other");
        FetchRequest request = Request(12, (0, 0), (1, 0));
        request.MaxBytes = 10;
        request.Topics[0].Partitions[0].PartitionMaxBytes = 10;

        FetchResponse response = await client.AskAsync<FetchRequest, FetchResponse>(request, 12);

        Assert.Equal([0L], DataFixture.Values(response.Responses[0].Partitions[0].Records.Memory).Select(value => value.Offset));
        Assert.Equal(0, response.Responses[0].Partitions[1].Records.Size);
    }

    [Fact]
    public async Task A_fetch_waits_until_there_is_something()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        int sent = await client.SendAsync(Request(12, (0, 0), (1, 0)), 12);
        await WaitForAsync(() => fixture.WaitingFetches == 1);

        fixture.Append(1, "at last");

        (int correlationId, FetchResponse response) = await client.ReadAsync<FetchResponse>(ApiKey.Fetch, 12);
        Assert.Equal(sent, correlationId);
        Assert.Equal([(0L, "at last")], DataFixture.Values(response.Responses[0].Partitions[1].Records.Memory));
        await WaitForAsync(() => fixture.WaitingFetches == 0);
    }

    [Fact]
    public async Task A_fetch_waits_for_as_many_bytes_as_it_wants_but_not_longer_than_it_wants()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        FetchRequest request = Request(12, (0, 0));
        request.MinBytes = 10_000;
        request.MaxWaitMs = 500;
        await client.SendAsync(request, 12);
        await WaitForAsync(() => fixture.WaitingFetches == 1);
        fixture.Append(0, "too little");
        fixture.Time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal(1, fixture.WaitingFetches);

        fixture.Time.Advance(TimeSpan.FromMilliseconds(1));

        FetchResponse response = (await client.ReadAsync<FetchResponse>(ApiKey.Fetch, 12)).Response;
        Assert.Equal([(0L, "too little")], DataFixture.Values(Partition(response).Records.Memory));

        await client.SendAsync(request, 12);
        await WaitForAsync(() => fixture.WaitingFetches == 1);
        fixture.Append(0, new string('x', 10_000));
        response = (await client.ReadAsync<FetchResponse>(ApiKey.Fetch, 12)).Response;
        Assert.Equal(2, DataFixture.Values(Partition(response).Records.Memory).Count);
    }

    [Fact]
    public async Task A_waiting_fetch_ends_with_its_connection()
    {
        await using var fixture = new DataFixture();
        TestClient client = await fixture.ConnectAsync();
        await client.SendAsync(Request(12, (0, 0)), 12);
        await WaitForAsync(() => fixture.WaitingFetches == 1);

        client.Dispose();

        await WaitForAsync(() => fixture.WaitingFetches == 0);
    }

    [Fact]
    public async Task A_waiting_fetch_ends_when_its_partition_is_gone()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        await client.SendAsync(Request(12, (0, 0), (1, 0)), 12);
        await WaitForAsync(() => fixture.WaitingFetches == 1);

        fixture.RemoveTopic(DataFixture.TopicId);

        FetchResponse response = (await client.ReadAsync<FetchResponse>(ApiKey.Fetch, 12)).Response;
        Assert.All(response.Responses.Single().Partitions, partition => Assert.Equal(ErrorCode.UnknownTopicOrPartition, partition.ErrorCode));
    }

    [Fact]
    public async Task Committed_reads_are_told_of_aborted_transactions()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(0, "a");
        FetchRequest request = Request(12, (0, 0));
        request.IsolationLevel = 1;

        FetchResponse.PartitionData partition = Partition(await client.AskAsync<FetchRequest, FetchResponse>(request, 12));

        Assert.NotNull(partition.AbortedTransactions);
        Assert.Empty(partition.AbortedTransactions);
        Assert.Equal(1, partition.LastStableOffset);
    }

    [Theory]
    [EveryVersion(ApiKey.Fetch)]
    public async Task A_broker_that_is_no_replica_is_refused(short version)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(0, "a");

        FetchResponse withoutEpoch = await client.AskAsync<FetchRequest, FetchResponse>(InTheNameOf(3, version), version);
        FetchRequest request = InTheNameOf(3, version);
        request.Topics[0].Partitions[0].CurrentLeaderEpoch = DataFixture.LeaderEpoch;
        FetchResponse withEpoch = await client.AskAsync<FetchRequest, FetchResponse>(request, version);

        FetchResponse.PartitionData partition = Assert.Single(Assert.Single(withoutEpoch.Responses).Partitions);
        Assert.Equal((ErrorCode.NotLeaderOrFollower, 0), (partition.ErrorCode, partition.Records.Size));
        Assert.Equal(
            version >= 9 ? ErrorCode.UnknownLeaderEpoch : ErrorCode.NotLeaderOrFollower,
            Assert.Single(Assert.Single(withEpoch.Responses).Partitions).ErrorCode);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(13)]
    [InlineData(17)]
    public async Task A_replica_that_moves_between_directories_is_refused(short version)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(0, "a");

        FetchResponse response = await client.AskAsync<FetchRequest, FetchResponse>(InTheNameOf(-3, version), version);

        Assert.Equal(version >= 7 ? ErrorCode.ClusterAuthorizationFailed : ErrorCode.None, response.ErrorCode);
        Assert.All(response.Responses.SelectMany(topic => topic.Partitions), partition =>
        {
            Assert.Equal(ErrorCode.ClusterAuthorizationFailed, partition.ErrorCode);
            Assert.Equal(0, partition.Records.Size);
        });
        Assert.Equal(version < 13, response.Responses.Count > 0);
    }

    private FetchRequest InTheNameOf(int replicaId, short version)
    {
        FetchRequest request = Request(version, (0, 0));
        if (version >= 15)
        {
            request.ReplicaState = new() { ReplicaId = replicaId };
        }
        else
        {
            request.ReplicaId = replicaId;
        }

        return request;
    }

    [Theory]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(18)]
    public async Task Within_a_session_only_news_are_told(short version)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(0, "a");
        FetchRequest first = Request(version, (0, 1), (1, 0));
        (first.SessionId, first.SessionEpoch, first.MaxWaitMs) = (0, 0, 0);
        FetchResponse response = await client.AskAsync<FetchRequest, FetchResponse>(first, version);
        Assert.Equal([0, 1], Indexes(response));
        int session = response.SessionId;
        Assert.NotEqual(0, session);

        FetchResponse quiet = await client.AskAsync<FetchRequest, FetchResponse>(Empty(session, 1), version);
        Assert.Equal(session, quiet.SessionId);
        Assert.Empty(quiet.Responses);

        fixture.Append(1, "b");
        FetchResponse news = await client.AskAsync<FetchRequest, FetchResponse>(Empty(session, 2), version);
        Assert.Equal([1], Indexes(news));
        Assert.Equal([(0L, "b")], DataFixture.Values(news.Responses[0].Partitions[0].Records.Memory));

        FetchResponse wrong = await client.AskAsync<FetchRequest, FetchResponse>(Empty(session, 2), version);
        Assert.Equal(ErrorCode.InvalidFetchSessionEpoch, wrong.ErrorCode);
        FetchResponse unknown = await client.AskAsync<FetchRequest, FetchResponse>(Empty(session + 1, 1), version);
        Assert.Equal(ErrorCode.FetchSessionIdNotFound, unknown.ErrorCode);
    }

    [Theory]
    [EveryVersion(ApiKey.Fetch)]
    public async Task Who_asks_a_former_leader_is_told_the_new_one_and_where_it_is(short version)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.MoveLeader(0, 2, "r2");
        fixture.MoveLeader(1, 2, "r2");

        // From v11 on a follower serves clients too, unless they name an epoch that has passed.
        FetchRequest request = Request(version, (0, 0), (1, 0));
        request.Topics[0].Partitions.ForEach(partition => partition.CurrentLeaderEpoch = DataFixture.LeaderEpoch);
        FetchResponse response = await client.AskAsync<FetchRequest, FetchResponse>(request, version);

        Assert.All(response.Responses.Single().Partitions, partition =>
        {
            Assert.Equal(version >= 11 ? ErrorCode.FencedLeaderEpoch : ErrorCode.NotLeaderOrFollower, partition.ErrorCode);
            Assert.Equal(version >= 16 ? (2, DataFixture.LeaderEpoch + 1) : (-1, -1), (partition.CurrentLeader.LeaderId, partition.CurrentLeader.LeaderEpoch));
        });
        Assert.Equal(
            version >= 16 ? [(2, "host2", 9002, "r2")] : [],
            response.NodeEndpoints.Select(node => (node.NodeId, node.Host, node.Port, node.Rack!)));
    }

    [Fact]
    public async Task Large_answers_arrive_whole_while_the_client_reads_slowly()
    {
        await using var fixture = new DataFixture(config: LogConfig.Default with { MaxMessageBytes = 10_000_000 });
        using TestClient client = await fixture.ConnectAsync();
        for (int i = 0; i < 5; i++)
        {
            fixture.Append(0, new string((char)('a' + i), 1_000_000));
        }

        FetchRequest request = Request(12, (0, 0));
        request.Topics[0].Partitions[0].PartitionMaxBytes = 50_000_000;
        request.MaxBytes = 50_000_000;
        FetchResponse response = await client.AskAsync<FetchRequest, FetchResponse>(request, 12);

        Assert.Equal(Enumerable.Range(0, 5).Select(i => new string((char)('a' + i), 1_000_000)), DataFixture.Values(Partition(response).Records.Memory).Select(each => each.Value));
    }

    private static async Task WaitForAsync(Func<bool> condition) =>
        Assert.True(await Task.Run(() => SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30))));

    private static FetchResponse.PartitionData Partition(FetchResponse response) => response.Responses.Single().Partitions.Single();

    private static IEnumerable<int> Indexes(FetchResponse response) =>
        response.Responses.SelectMany(topic => topic.Partitions).Select(partition => partition.PartitionIndex);

    private static FetchRequest Empty(int session, int epoch) =>
        new() { SessionId = session, SessionEpoch = epoch, MaxWaitMs = 0, MinBytes = 1, MaxBytes = 1_000_000 };

    private static FetchRequest Request(short version, params (int Partition, long Offset)[] partitions) => new()
    {
        MaxWaitMs = 30_000,
        MinBytes = 1,
        MaxBytes = 1_000_000,
        Topics =
        [
            new()
            {
                Topic = version >= 13 ? "" : DataFixture.Topic,
                TopicId = version >= 13 ? DataFixture.TopicId : Uuid.Zero,
                Partitions = [.. partitions.Select(each => new FetchRequest.FetchPartition { Partition = each.Partition, FetchOffset = each.Offset, PartitionMaxBytes = 1_000_000 })],
            },
        ],
    };
}
