using Compat.Server.Fetching;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Server.Tests.Fetching;

public class FetchSessionTests
{
    private static readonly Uuid TopicId = new(1, 2);

    private readonly FakeTimeProvider _time = new();
    private readonly FetchSessionCache _cache;

    public FetchSessionTests() => _cache = NewCache(slots: 10);

    [Fact]
    public void A_full_fetch_that_would_like_a_session_gets_one_and_everything()
    {
        FetchResponse response = Fetch(Request(0, 0, (0, 100), (1, 200)), Data(0), Data(1));

        Assert.NotEqual(0, response.SessionId);
        Assert.Equal([0, 1], Partitions(response));
        Assert.Equal(2, _cache.PartitionCount);
    }

    [Fact]
    public void A_fetch_without_a_session_makes_none_and_ends_the_one_it_names()
    {
        int id = Fetch(Request(0, 0, (0, 100)), Data(0)).SessionId;

        FetchResponse response = Fetch(Request(id, -1, (0, 100)), Data(0));

        Assert.Equal(0, response.SessionId);
        Assert.Equal([0], Partitions(response));
        Assert.Equal(0, _cache.Count);
    }

    [Fact]
    public void Within_a_session_only_what_changed_is_named_and_told()
    {
        int id = Fetch(Request(0, 0, (0, 100), (1, 200)), Data(0, highWatermark: 100), Data(1, highWatermark: 200)).SessionId;

        FetchContext context = FetchContext.Create(_cache, Request(id, 1, (1, 205)), usesTopicIds: true);
        Assert.Equal([(0, 100L), (1, 205L)], context.Targets.Select(target => (target.Key.Partition, target.FetchOffset)));
        FetchResponse response = context.Answer([(Key(0), Data(0, highWatermark: 100)), (Key(1), Data(1, highWatermark: 206))]);

        Assert.Equal(id, response.SessionId);
        Assert.Equal([1], Partitions(response));
    }

    [Fact]
    public void Each_kind_of_news_is_told_once()
    {
        var kinds = new Action<FetchResponse.PartitionData>[]
        {
            data => data.HighWatermark = 500,
            data => data.LogStartOffset = 3,
        };
        foreach (Action<FetchResponse.PartitionData> change in kinds)
        {
            int id = Fetch(Request(0, 0, (0, 1)), Data(0)).SessionId;
            FetchResponse.PartitionData changed = Data(0);
            change(changed);
            Assert.Equal([0], Partitions(Fetch(Request(id, 1), changed)));
            Assert.Empty(Partitions(Fetch(Request(id, 2), changed)));
        }
    }

    [Fact]
    public void Records_errors_and_divergence_are_told_every_time_and_the_end_of_an_error_too()
    {
        int id = Fetch(Request(0, 0, (0, 1)), Data(0)).SessionId;
        FetchResponse.PartitionData records = Data(0);
        records.Records = new byte[] { 1 };
        FetchResponse.PartitionData error = Data(0);
        error.ErrorCode = ErrorCode.NotLeaderOrFollower;
        FetchResponse.PartitionData diverging = Data(0);
        diverging.DivergingEpoch = new FetchResponse.EpochEndOffset { Epoch = 1, EndOffset = 5 };
        int epoch = 1;

        foreach (FetchResponse.PartitionData data in (FetchResponse.PartitionData[])[records, records, diverging, diverging, error, error, Data(0)])
        {
            Assert.Equal([0], Partitions(Fetch(Request(id, epoch++), data)));
        }

        Assert.Empty(Partitions(Fetch(Request(id, epoch), Data(0))));
    }

    [Fact]
    public void A_partition_that_returned_records_is_read_last_next_time()
    {
        int id = Fetch(Request(0, 0, (0, 1), (1, 1), (2, 1)), Data(0), Data(1), Data(2)).SessionId;
        FetchResponse.PartitionData records = Data(0);
        records.Records = new byte[] { 1 };
        Fetch(Request(id, 1), records, Data(1), Data(2));

        FetchContext context = FetchContext.Create(_cache, Request(id, 2), usesTopicIds: true);

        Assert.Equal([1, 2, 0], context.Targets.Select(target => target.Key.Partition));
    }

    [Fact]
    public void Forgotten_partitions_are_read_no_more_and_an_empty_session_ends()
    {
        int id = Fetch(Request(0, 0, (0, 1), (1, 1)), Data(0), Data(1)).SessionId;
        FetchRequest request = Request(id, 1);
        request.ForgottenTopicsData = [new() { TopicId = TopicId, Partitions = [0] }];
        FetchContext context = FetchContext.Create(_cache, request, usesTopicIds: true);
        Assert.Equal([1], context.Targets.Select(target => target.Key.Partition));

        request = Request(id, 2);
        request.ForgottenTopicsData = [new() { TopicId = TopicId, Partitions = [1] }];
        context = FetchContext.Create(_cache, request, usesTopicIds: true);

        Assert.Empty(context.Targets);
        Assert.Equal(0, context.Answer([]).SessionId);
        Assert.Equal(0, _cache.Count);
    }

    [Fact]
    public void A_session_that_does_not_exist_or_is_elsewhere_is_refused()
    {
        int id = Fetch(Request(0, 0, (0, 1)), Data(0)).SessionId;

        Assert.Equal(ErrorCode.FetchSessionIdNotFound, Fetch(Request(id + 1, 1)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidFetchSessionEpoch, Fetch(Request(id, 2)).ErrorCode);
        Assert.Equal(ErrorCode.FetchSessionTopicIdError, FetchContext.Create(_cache, Request(id, 1), usesTopicIds: false).Answer([]).ErrorCode);
        Assert.Equal(ErrorCode.None, Fetch(Request(id, 1), Data(0)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidFetchSessionEpoch, Fetch(Request(id, 1)).ErrorCode);
    }

    [Fact]
    public void Epochs_wrap_to_one()
    {
        Assert.Equal(1, FetchEpoch.Next(0));
        Assert.Equal(1, FetchEpoch.Next(int.MaxValue));
        Assert.Equal(-1, FetchEpoch.Next(-1));
    }

    [Fact]
    public void When_all_slots_are_taken_the_new_client_goes_on_without_until_one_is_old()
    {
        FetchSessionCache cache = NewCache(slots: 2);
        int first = Create(cache, 3)!.Id;
        _time.Advance(TimeSpan.FromSeconds(1));
        int second = Create(cache, 1)!.Id;
        Assert.Null(Create(cache, 100));

        _time.Advance(FetchSessionCache.EvictAfter);
        Assert.NotNull(cache.Find(first));
        _time.Advance(TimeSpan.FromSeconds(2));

        // The second was unused for too long.
        Assert.NotNull(Create(cache, 1));
        Assert.Null(cache.Find(second));
        Assert.NotNull(cache.Find(first));
        Assert.Equal(1, cache.EvictionCount);
    }

    [Fact]
    public void An_old_session_that_is_in_use_gives_way_to_a_larger_one_only()
    {
        FetchSessionCache cache = NewCache(slots: 1);
        int old = Create(cache, 5)!.Id;
        _time.Advance(FetchSessionCache.EvictAfter + TimeSpan.FromSeconds(1));
        Assert.NotNull(cache.Find(old));

        Assert.Null(Create(cache, 4));
        Assert.NotNull(Create(cache, 5));
        Assert.Null(cache.Find(old));
    }

    private static FetchSession? Create(FetchSessionCache cache, int size)
    {
        FetchSession? session = cache.TryCreate(size, usesTopicIds: true);
        for (int i = 0; session is not null && i < size; i++)
        {
            session.Set(new FetchTarget(Key(i), 0, 1, -1, -1));
        }

        return session;
    }

    private FetchSessionCache NewCache(int slots) => new(slots, _time, new Random(1));

    private FetchResponse Fetch(FetchRequest request, params FetchResponse.PartitionData[] results)
    {
        FetchContext context = FetchContext.Create(_cache, request, usesTopicIds: true);
        return context.Answer([.. results.Select(data => (Key(data.PartitionIndex), data))]);
    }

    private static FetchRequest Request(int sessionId, int epoch, params (int Partition, long Offset)[] partitions)
    {
        var request = new FetchRequest { SessionId = sessionId, SessionEpoch = epoch };
        if (partitions.Length > 0)
        {
            request.Topics.Add(new FetchRequest.FetchTopic
            {
                TopicId = TopicId,
                Partitions = [.. partitions.Select(each => new FetchRequest.FetchPartition { Partition = each.Partition, FetchOffset = each.Offset })],
            });
        }

        return request;
    }

    private static FetchKey Key(int partition) => new("", TopicId, partition);

    private static FetchResponse.PartitionData Data(int partition, long highWatermark = 100) => new()
    {
        PartitionIndex = partition,
        HighWatermark = highWatermark,
        LogStartOffset = 0,
        Records = RecordsPayload.Empty,
    };

    private static IEnumerable<int> Partitions(FetchResponse response) =>
        response.Responses.SelectMany(topic => topic.Partitions).Select(partition => partition.PartitionIndex);
}
