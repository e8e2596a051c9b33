using Compat.Log.Configuration;
using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Server.Tests.Data;

public class ProduceTests
{
    [Theory]
    [EveryVersion(ApiKey.Produce)]
    public async Task A_batch_gets_the_next_offsets_and_the_leaders_epoch(short version)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(1, "before");

        ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(Request(version, 1, 1, fixture.Batch("a", "b")), version);

        ProduceResponse.TopicProduceResponse topic = Assert.Single(response.Responses);
        Assert.Equal(version >= 13 ? "" : DataFixture.Topic, topic.Name);
        Assert.Equal(version >= 13 ? DataFixture.TopicId : Uuid.Zero, topic.TopicId);
        ProduceResponse.PartitionProduceResponse partition = Assert.Single(topic.PartitionResponses);
        Assert.Equal((1, ErrorCode.None, 1L, -1L), (partition.Index, partition.ErrorCode, partition.BaseOffset, partition.LogAppendTimeMs));
        Assert.Equal(version >= 5 ? 0 : -1, partition.LogStartOffset);
        Assert.Null(partition.ErrorMessage);
        Compat.Log.PartitionLog log = fixture.Partition(1).Log;
        Assert.Equal((3L, 3L), (log.LogEndOffset, log.HighWatermark));
        RecordBatch stored = log.ReadBatches(1).Single();
        Assert.Equal((1L, DataFixture.LeaderEpoch), (stored.BaseOffset, stored.PartitionLeaderEpoch));
        Assert.Equal([(1L, "a"), (2L, "b")], DataFixture.Values(stored.Memory));
    }

    [Theory]
    [EveryVersion(ApiKey.Produce)]
    public async Task A_topic_or_partition_that_does_not_exist_is_an_error_of_that_partition_alone(short version)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        ProduceRequest request = Request(version, 1, 0, fixture.Batch("good"));
        request.TopicData[0].PartitionData.Add(new() { Index = 99, Records = fixture.Batch("bad") });
        request.TopicData.Add(Topic(version, "nowhere", new Uuid(1, 1), 0, fixture.Batch("bad")));

        ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(request, version);

        Assert.Equal(
            [ErrorCode.None, ErrorCode.UnknownTopicOrPartition, version >= 13 ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition],
            response.Responses.SelectMany(topic => topic.PartitionResponses).Select(partition => partition.ErrorCode));
        Assert.Equal(1, fixture.Partition(0).HighWatermark);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-2)]
    [InlineData(short.MaxValue)]
    public async Task An_unknown_number_of_acks_appends_nothing(short acks)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();

        ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(Request(9, acks, 0, fixture.Batch("a")), 9);

        Assert.Equal(ErrorCode.InvalidRequiredAcks, Partition(response).ErrorCode);
        Assert.Equal(0, fixture.Partition(0).Log.LogEndOffset);
    }

    [Fact]
    public async Task With_acks_all_the_answer_is_as_with_one_when_nobody_follows()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();

        ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(Request(9, -1, 0, fixture.Batch("a")), 9);

        Assert.Equal((ErrorCode.None, 0L), (Partition(response).ErrorCode, Partition(response).BaseOffset));
    }

    [Fact]
    public async Task Without_acks_there_is_no_answer_and_the_order_is_kept()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        await client.SendAsync(Request(9, 0, 0, fixture.Batch("a")), 9);

        ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(Request(9, 1, 0, fixture.Batch("b")), 9);

        Assert.Equal(1, Partition(response).BaseOffset);
    }

    [Fact]
    public async Task Without_acks_an_error_closes_the_connection_with_a_line()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();

        await client.SendAsync(Request(9, 0, 99, fixture.Batch("a")), 9);
        await client.AssertClosedAsync();

        Assert.Contains(fixture.Log.Lines, line => line.Contains("acks=0", StringComparison.Ordinal) && line.Contains("UnknownTopicOrPartition", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_batch_beyond_the_topics_limit_is_too_large()
    {
        await using var fixture = new DataFixture(config: LogConfig.Default with { MaxMessageBytes = 100 });
        using TestClient client = await fixture.ConnectAsync();

        ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(Request(9, 1, 0, fixture.Batch(new string('x', 200))), 9);

        Assert.Equal(ErrorCode.MessageTooLarge, Partition(response).ErrorCode);
        Assert.Equal(0, fixture.Partition(0).Log.LogEndOffset);
    }

    [Fact]
    public async Task With_log_append_time_the_answer_tells_the_time()
    {
        await using var fixture = new DataFixture(config: LogConfig.Default with { MessageTimestampType = MessageTimestampType.LogAppendTime });
        using TestClient client = await fixture.ConnectAsync();

        ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(Request(9, 1, 0, DataFixture.BatchAt(1, "a")), 9);

        Assert.Equal(fixture.NowMs, Partition(response).LogAppendTimeMs);
        Assert.Equal(fixture.NowMs, fixture.Partition(0).Log.ReadBatches(0).Single().MaxTimestamp);
    }

    [Fact]
    public async Task Records_that_spoil_their_batch_are_named_from_version_8()
    {
        await using var fixture = new DataFixture(config: LogConfig.Default with { CleanupCompact = true, CleanupDelete = false });
        using TestClient client = await fixture.ConnectAsync();

        ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(Request(8, 1, 0, fixture.Batch("no", "keys")), 8);

        Assert.Equal(ErrorCode.InvalidRecord, Partition(response).ErrorCode);
        Assert.Equal([0, 1], Partition(response).RecordErrors.Select(error => error.BatchIndex));
        Assert.NotNull(Partition(response).ErrorMessage);
        response = await client.AskAsync<ProduceRequest, ProduceResponse>(Request(7, 1, 0, fixture.Batch("no", "keys")), 7);
        Assert.Equal(ErrorCode.InvalidRecord, Partition(response).ErrorCode);
    }

    [Theory]
    [InlineData(6, ErrorCode.UnsupportedCompressionType)]
    [InlineData(7, ErrorCode.None)]
    public async Task Zstd_needs_version_7(short version, ErrorCode expected)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        using var builder = new RecordBatchBuilder { Compression = Compression.Of(CompressionType.Zstd) };
        byte[] batch = DataFixture.BatchOf(builder, "a");

        Assert.Equal(expected, Partition(await client.AskAsync<ProduceRequest, ProduceResponse>(Request(version, 1, 0, batch), version)).ErrorCode);
    }

    [Fact]
    public async Task Anything_but_one_whole_batch_is_refused_and_the_log_is_unchanged()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        byte[] good = fixture.Batch("value");
        var bad = new List<(RecordsPayload Records, ErrorCode Expected)>
        {
            (default, ErrorCode.InvalidRecord),
            (Array.Empty<byte>(), ErrorCode.InvalidRecord),
            (new byte[60], ErrorCode.CorruptMessage),
            ((byte[])[.. good, .. good], ErrorCode.InvalidRecord),
            (good[..^1], ErrorCode.InvalidRecord),
            (With(good, 16, 1), ErrorCode.InvalidRecord),
            (With(good, 16, 0), ErrorCode.InvalidRecord),
            (With(good, 16, 3), ErrorCode.CorruptMessage),
            (With(good, good.Length - 1, 0xff), ErrorCode.CorruptMessage),
            (With(good, 17, 0xff), ErrorCode.CorruptMessage),
        };
        foreach ((RecordsPayload records, ErrorCode expected) in bad)
        {
            ProduceRequest request = Request(9, 1, 0, good);
            request.TopicData[0].PartitionData[0].Records = records;
            ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(request, 9);
            Assert.Equal(expected, Partition(response).ErrorCode);
            Assert.Equal(-1, Partition(response).BaseOffset);
        }

        Assert.Equal(0, fixture.Partition(0).Log.LogEndOffset);
    }

    [Fact]
    public async Task Control_batches_and_transactional_batches_of_clients_are_refused()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        using var control = new RecordBatchBuilder { IsControl = true, ProducerId = 1, ProducerEpoch = 0, BaseSequence = 0 };
        using var transactional = new RecordBatchBuilder { IsTransactional = true, ProducerId = 1, ProducerEpoch = 0, BaseSequence = 0 };

        ProduceResponse refused = await client.AskAsync<ProduceRequest, ProduceResponse>(Request(9, 1, 0, DataFixture.BatchOf(control, "x")), 9);
        Assert.Equal(ErrorCode.InvalidRecord, Partition(refused).ErrorCode);
        refused = await client.AskAsync<ProduceRequest, ProduceResponse>(Request(9, 1, 0, DataFixture.BatchOf(transactional, "x")), 9);
        Assert.Equal(ErrorCode.InvalidTxnState, Partition(refused).ErrorCode);
    }

    [Fact]
    public async Task A_retry_of_an_idempotent_producer_gets_the_first_offset_again()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.Append(0, "other");

        for (int i = 0; i < 2; i++)
        {
            using var builder = new RecordBatchBuilder { ProducerId = 9, ProducerEpoch = 0, BaseSequence = 0 };
            ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(Request(9, -1, 0, DataFixture.BatchOf(builder, "a", "b")), 9);
            Assert.Equal((ErrorCode.None, 1L), (Partition(response).ErrorCode, Partition(response).BaseOffset));
        }

        Assert.Equal(3, fixture.Partition(0).Log.LogEndOffset);
    }

    [Fact]
    public async Task Internal_topics_take_records_from_the_admin_client_alone()
    {
        await using var fixture = new DataFixture();
        fixture.AddTopic("__consumer_offsets", new Uuid(3, 3));
        using TestClient client = await fixture.ConnectAsync();
        var request = new ProduceRequest { Acks = 1, TopicData = [Topic(9, "__consumer_offsets", default, 0, fixture.Batch("x"))] };

        Assert.Equal(ErrorCode.InvalidTopicException, Partition(await client.AskAsync<ProduceRequest, ProduceResponse>(request, 9)).ErrorCode);

        await client.SendAsync(TestClient.Encode(ApiKey.Produce, 9, 1, body => body.Write(request, 9), "__admin_client"));
        Assert.Equal(ErrorCode.None, Partition((await client.ReadAsync<ProduceResponse>(ApiKey.Produce, 9)).Response).ErrorCode);
    }

    [Theory]
    [EveryVersion(ApiKey.Produce)]
    public async Task Who_produces_to_a_former_leader_is_told_the_new_one_and_where_it_is(short version)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        fixture.MoveLeader(0, 2, "r2");
        fixture.MoveLeader(1, 2, "r2");
        ProduceRequest request = Request(version, 1, 0, fixture.Batch("a"));
        request.TopicData.Add(Topic(version, DataFixture.Topic, DataFixture.TopicId, 1, fixture.Batch("b")));

        ProduceResponse response = await client.AskAsync<ProduceRequest, ProduceResponse>(request, version);

        Assert.All(response.Responses.SelectMany(topic => topic.PartitionResponses), partition =>
        {
            Assert.Equal((ErrorCode.NotLeaderOrFollower, -1L), (partition.ErrorCode, partition.BaseOffset));
            Assert.Equal(version >= 10 ? (2, DataFixture.LeaderEpoch + 1) : (-1, -1), (partition.CurrentLeader.LeaderId, partition.CurrentLeader.LeaderEpoch));
        });
        Assert.Equal(
            version >= 10 ? [(2, "host2", 9002, "r2")] : [],
            response.NodeEndpoints.Select(node => (node.NodeId, node.Host, node.Port, node.Rack!)));
        Assert.Equal(0, fixture.Partition(0).Log.LogEndOffset);
    }

    [Theory]
    [EveryVersion(ApiKey.Produce)]
    public async Task Who_waits_for_followers_when_the_leader_changes_is_told_the_new_one(short version)
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        var topicId = new Uuid(5, 5);
        fixture.AddBroker(2, "r2");
        var partition = fixture.AddReplicated("replicated", topicId, [1, 2], [1, 2]);
        ProduceRequest request = Request(version, -1, 0, fixture.Batch("a"));
        request.TopicData = [Topic(version, "replicated", topicId, 0, fixture.Batch("a"))];
        await client.SendAsync(request, version);
        Assert.True(SpinWait.SpinUntil(() => partition.Log.LogEndOffset == 1, TimeSpan.FromSeconds(30)));

        fixture.Elect(topicId, 2, isShown: false);
        ProduceResponse waited = (await client.ReadAsync<ProduceResponse>(ApiKey.Produce, version)).Response;
        ProduceResponse late = await client.AskAsync<ProduceRequest, ProduceResponse>(request, version);

        Assert.All([waited, late], response =>
        {
            ProduceResponse.PartitionProduceResponse refused = Partition(response);
            Assert.Equal(ErrorCode.NotLeaderOrFollower, refused.ErrorCode);
            Assert.Equal(version >= 10 ? (2, DataFixture.LeaderEpoch + 1) : (-1, -1), (refused.CurrentLeader.LeaderId, refused.CurrentLeader.LeaderEpoch));
            Assert.Equal(version >= 10 ? [(2, "host2", 9002)] : [], response.NodeEndpoints.Select(node => (node.NodeId, node.Host, node.Port)));
        });
    }

    [Fact]
    public async Task Pipelined_batches_are_appended_in_the_order_they_were_sent()
    {
        await using var fixture = new DataFixture();
        using TestClient client = await fixture.ConnectAsync();
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
            {
                await client.SendAsync(Request(9, 1, 0, fixture.Batch($"{i}")), 9);
            }
        });

        for (int i = 0; i < 500; i++)
        {
            Assert.Equal(i, Partition((await client.ReadAsync<ProduceResponse>(ApiKey.Produce, 9)).Response).BaseOffset);
        }

        await sending;
        Assert.Equal(
            Enumerable.Range(0, 500).Select(i => ((long)i, $"{i}")),
            fixture.Partition(0).Log.ReadBatches(0).SelectMany(batch => DataFixture.Values(batch.Memory)));
    }

    private static byte[] With(byte[] batch, int position, byte value)
    {
        byte[] changed = [.. batch];
        changed[position] = value == 0xff ? (byte)~changed[position] : value;
        return changed;
    }

    private static ProduceResponse.PartitionProduceResponse Partition(ProduceResponse response) => response.Responses.Single().PartitionResponses.Single();

    private static ProduceRequest Request(short version, short acks, int partition, byte[] records) => new()
    {
        Acks = acks,
        TimeoutMs = 1000,
        TopicData = [Topic(version, DataFixture.Topic, DataFixture.TopicId, partition, records)],
    };

    private static ProduceRequest.TopicProduceData Topic(short version, string name, Uuid id, int partition, byte[] records) => new()
    {
        Name = version >= 13 ? "" : name,
        TopicId = version >= 13 ? id : Uuid.Zero,
        PartitionData = [new() { Index = partition, Records = records }],
    };
}
