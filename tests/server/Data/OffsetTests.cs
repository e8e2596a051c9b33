using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Compat.Wire.Records;

namespace Compat.Server.Tests.Data;

public class OffsetTests
{
    private const long Noon = 1_700_000_000_000;

    [Theory]
    [EveryVersion(ApiKey.ListOffsets)]
    public async Task Offsets_are_found_by_time_exactly(short version)
    {
        await using DataFixture fixture = WithRecords();
        using TestClient client = await fixture.ConnectAsync();

        Assert.Equal((0L, -1L), await ListAsync(client, version, -2));
        Assert.Equal((4L, -1L), await ListAsync(client, version, -1));
        Assert.Equal((0L, Noon), await ListAsync(client, version, 0));
        Assert.Equal((1L, Noon + 100), await ListAsync(client, version, Noon + 1));
        Assert.Equal((1L, Noon + 100), await ListAsync(client, version, Noon + 100));
        Assert.Equal((-1L, -1L), await ListAsync(client, version, Noon + 301));
    }

    [Theory]
    [InlineData(-3, 7, 2L, Noon + 300)]
    [InlineData(-4, 8, 0L, -1L)]
    [InlineData(-5, 9, -1L, -1L)]
    [InlineData(-6, 11, -1L, -1L)]
    public async Task A_special_time_needs_its_version(long timestamp, short since, long offset, long found)
    {
        await using DataFixture fixture = WithRecords();
        using TestClient client = await fixture.ConnectAsync();

        Assert.Equal((offset, found), await ListAsync(client, since, timestamp));
        Assert.Equal((offset, found), await ListAsync(client, 11, timestamp));
        Assert.Equal(ErrorCode.UnsupportedVersion, (await AskAsync(client, (short)(since - 1), timestamp)).ErrorCode);
    }

    [Fact]
    public async Task A_negative_time_without_a_meaning_is_refused()
    {
        await using DataFixture fixture = WithRecords();
        using TestClient client = await fixture.ConnectAsync();

        Assert.Equal(ErrorCode.UnsupportedVersion, (await AskAsync(client, 11, -7)).ErrorCode);
    }

    [Fact]
    public async Task The_leader_epoch_comes_from_version_4()
    {
        await using DataFixture fixture = WithRecords();
        using TestClient client = await fixture.ConnectAsync();

        Assert.Equal(-1, (await AskAsync(client, 3, -1)).LeaderEpoch);
        Assert.Equal(DataFixture.LeaderEpoch, (await AskAsync(client, 4, -1)).LeaderEpoch);
        Assert.Equal(DataFixture.LeaderEpoch, (await AskAsync(client, 4, -2)).LeaderEpoch);
        Assert.Equal(DataFixture.LeaderEpoch, (await AskAsync(client, 4, Noon)).LeaderEpoch);
    }

    [Fact]
    public async Task A_partition_named_twice_is_invalid_and_one_unknown_is_unknown()
    {
        await using DataFixture fixture = WithRecords();
        using TestClient client = await fixture.ConnectAsync();
        var request = new ListOffsetsRequest { ReplicaId = -1, Topics = [new() { Name = DataFixture.Topic, Partitions = [At(0), At(0), At(1), At(9)] }] };

        ListOffsetsResponse response = await client.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(request, 7);

        Assert.Equal(
            [ErrorCode.InvalidRequest, ErrorCode.InvalidRequest, ErrorCode.None, ErrorCode.UnknownTopicOrPartition],
            response.Topics.Single().Partitions.Select(partition => partition.ErrorCode));

        static ListOffsetsRequest.ListOffsetsPartition At(int index) => new() { PartitionIndex = index, Timestamp = -1 };
    }

    [Theory]
    [EveryVersion(ApiKey.DeleteRecords)]
    public async Task Deleted_records_are_gone_at_once(short version)
    {
        await using DataFixture fixture = WithRecords();
        using TestClient client = await fixture.ConnectAsync();

        Assert.Equal((ErrorCode.None, 2L), await DeleteAsync(client, version, 0, 2));
        Assert.Equal((ErrorCode.None, 2L), await DeleteAsync(client, version, 0, 1));
        Assert.Equal((2L, -1L), await ListAsync(client, 7, -2));
        Assert.Equal((ErrorCode.OffsetOutOfRange, -1L), await DeleteAsync(client, version, 0, 5));
        Assert.Equal((ErrorCode.OffsetOutOfRange, -1L), await DeleteAsync(client, version, 0, -2));
        Assert.Equal((ErrorCode.UnknownTopicOrPartition, -1L), await DeleteAsync(client, version, 9, 1));
        Assert.Equal((ErrorCode.None, 4L), await DeleteAsync(client, version, 0, -1));
    }

    [Theory]
    [EveryVersion(ApiKey.OffsetForLeaderEpoch)]
    public async Task The_end_of_an_epoch_is_told(short version)
    {
        await using DataFixture fixture = WithRecords();
        using TestClient client = await fixture.ConnectAsync();

        Assert.Equal((ErrorCode.None, DataFixture.LeaderEpoch, 4L), await EndAsync(client, version, DataFixture.LeaderEpoch, -1));
        Assert.Equal((ErrorCode.FencedLeaderEpoch, -1, -1L), await EndAsync(client, version, DataFixture.LeaderEpoch, DataFixture.LeaderEpoch - 1));
        Assert.Equal((ErrorCode.UnknownLeaderEpoch, -1, -1L), await EndAsync(client, version, DataFixture.LeaderEpoch, DataFixture.LeaderEpoch + 1));
        Assert.Equal((ErrorCode.None, -1, -1L), await EndAsync(client, version, DataFixture.LeaderEpoch + 1, -1));
    }

    [Theory]
    [EveryVersion(ApiKey.DescribeProducers)]
    public async Task Producers_are_described(short version)
    {
        await using DataFixture fixture = WithRecords();
        using TestClient client = await fixture.ConnectAsync();
        using var builder = new RecordBatchBuilder { ProducerId = 77, ProducerEpoch = 3, BaseSequence = 10 };
        fixture.Partition(1).AppendAsLeader(DataFixture.BatchOf(builder, "a", "b"), 1, Compat.Log.AppendOrigin.Client);
        var request = new DescribeProducersRequest
        {
            Topics = [new() { Name = DataFixture.Topic, PartitionIndexes = [0, 1, 9] }, new() { Name = "no/topic", PartitionIndexes = [0] }],
        };

        DescribeProducersResponse response = await client.AskAsync<DescribeProducersRequest, DescribeProducersResponse>(request, version);

        List<DescribeProducersResponse.PartitionResponse> partitions = response.Topics[0].Partitions;
        Assert.Equal([ErrorCode.None, ErrorCode.None, ErrorCode.UnknownTopicOrPartition], partitions.Select(partition => partition.ErrorCode));
        Assert.Empty(partitions[0].ActiveProducers);
        DescribeProducersResponse.ProducerState producer = Assert.Single(partitions[1].ActiveProducers);
        Assert.Equal((77L, 3, 11, Noon, -1L), (producer.ProducerId, producer.ProducerEpoch, producer.LastSequence, producer.LastTimestamp, producer.CurrentTxnStartOffset));
        Assert.Equal(ErrorCode.InvalidTopicException, response.Topics[1].Partitions.Single().ErrorCode);
    }

    private static DataFixture WithRecords()
    {
        var fixture = new DataFixture();
        foreach (long delta in (long[])[0, 100, 300, 200])
        {
            fixture.Partition(0).AppendAsLeader(DataFixture.BatchAt(Noon + delta, $"at {delta}"), 1, Compat.Log.AppendOrigin.Client);
        }

        return fixture;
    }

    private static async Task<(long Offset, long Timestamp)> ListAsync(TestClient client, short version, long timestamp)
    {
        ListOffsetsResponse.ListOffsetsPartitionResponse partition = await AskAsync(client, version, timestamp);
        Assert.Equal(ErrorCode.None, partition.ErrorCode);
        return (partition.Offset, partition.Timestamp);
    }

    private static async Task<ListOffsetsResponse.ListOffsetsPartitionResponse> AskAsync(TestClient client, short version, long timestamp)
    {
        var request = new ListOffsetsRequest
        {
            ReplicaId = -1,
            Topics = [new() { Name = DataFixture.Topic, Partitions = [new() { PartitionIndex = 0, Timestamp = timestamp }] }],
        };
        return (await client.AskAsync<ListOffsetsRequest, ListOffsetsResponse>(request, version)).Topics.Single().Partitions.Single();
    }

    private static async Task<(ErrorCode Code, long Start)> DeleteAsync(TestClient client, short version, int partition, long offset)
    {
        var request = new DeleteRecordsRequest { Topics = [new() { Name = DataFixture.Topic, Partitions = [new() { PartitionIndex = partition, Offset = offset }] }] };
        DeleteRecordsResponse response = await client.AskAsync<DeleteRecordsRequest, DeleteRecordsResponse>(request, version);
        DeleteRecordsResponse.DeleteRecordsPartitionResult result = response.Topics.Single().Partitions.Single();
        return (result.ErrorCode, result.LowWatermark);
    }

    private static async Task<(ErrorCode Code, int Epoch, long End)> EndAsync(TestClient client, short version, int epoch, int currentEpoch)
    {
        var request = new OffsetForLeaderEpochRequest
        {
            ReplicaId = -1,
            Topics = [new() { Topic = DataFixture.Topic, Partitions = [new() { Partition = 0, LeaderEpoch = epoch, CurrentLeaderEpoch = currentEpoch }] }],
        };
        OffsetForLeaderEpochResponse response = await client.AskAsync<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(request, version);
        OffsetForLeaderEpochResponse.EpochEndOffset result = response.Topics.Single().Partitions.Single();
        return (result.ErrorCode, result.LeaderEpoch, result.EndOffset);
    }
}
