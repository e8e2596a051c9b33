using Compat.Replication.Metadata;
using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Handlers;

/// <summary>What describes and changes the cluster: DescribeCluster, DescribeQuorum, UpdateFeatures, ElectLeaders, ListPartitionReassignments, DescribeLogDirs.</summary>
public class ClusterTests
{
    private const int NotAsked = int.MinValue;
    private const int EverythingOnTheCluster = 0x1FA0;
    private const sbyte Brokers = 1;
    private const sbyte Controllers = 2;

    [Theory]
    [EveryVersion(ApiKey.DescribeCluster)]
    public async Task The_cluster_is_described(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync("broker.rack=r1");
        using TestClient client = await broker.ConnectAsync();

        DescribeClusterResponse response = await DescribeAsync(client, version, new() { IncludeFencedBrokers = version >= 2 });

        Assert.Equal(
            (ErrorCode.None, null, Brokers, broker.Parts.ClusterId, broker.Parts.NodeId, NotAsked),
            (response.ErrorCode, response.ErrorMessage, response.EndpointType, response.ClusterId, response.ControllerId, response.ClusterAuthorizedOperations));
        DescribeClusterResponse.DescribeClusterBroker node = Assert.Single(response.Brokers);
        Assert.Equal((broker.Parts.NodeId, "127.0.0.1", 9092, "r1", false), (node.BrokerId, node.Host, node.Port, node.Rack, node.IsFenced));
        Assert.Equal(
            EverythingOnTheCluster,
            (await DescribeAsync(client, version, new() { IncludeClusterAuthorizedOperations = true })).ClusterAuthorizedOperations);
    }

    [Theory]
    [EveryVersion(ApiKey.DescribeCluster, From = 1)]
    public async Task Controllers_are_not_described_where_clients_are_served(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        DescribeClusterResponse response = await DescribeAsync(client, version, new() { EndpointType = Controllers });
        Assert.Equal((ErrorCode.MismatchedEndpointType, 0), (response.ErrorCode, response.Brokers.Count));
        Assert.NotNull(response.ErrorMessage);
        Assert.Equal(ErrorCode.UnsupportedEndpointType, (await DescribeAsync(client, version, new() { EndpointType = 3 })).ErrorCode);
    }

    [Theory]
    [EveryVersion(ApiKey.DescribeQuorum)]
    public async Task The_metadata_quorum_is_described_and_nothing_else(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();

        DescribeQuorumResponse response = await QuorumAsync(client, version, TopicName.ClusterMetadata, 0);
        DescribeQuorumResponse.TopicData topic = Assert.Single(response.Topics);
        DescribeQuorumResponse.PartitionData partition = Assert.Single(topic.Partitions);
        Assert.Equal(
            (ErrorCode.None, TopicName.ClusterMetadata, 0, ErrorCode.None, broker.Parts.NodeId),
            (response.ErrorCode, topic.TopicName, partition.PartitionIndex, partition.ErrorCode, partition.LeaderId));
        Assert.True(partition.LeaderEpoch > 0);
        Assert.Equal(broker.Parts.Quorum.Describe().HighWatermark, partition.HighWatermark);
        DescribeQuorumResponse.ReplicaState voter = Assert.Single(partition.CurrentVoters);
        Assert.Equal((broker.Parts.NodeId, partition.HighWatermark), (voter.ReplicaId, voter.LogEndOffset));
        Assert.Equal(version >= 2, voter.ReplicaDirectoryId != Uuid.Zero);
        Assert.Empty(partition.Observers);

        DescribeQuorumResponse other = await QuorumAsync(client, version, MemoryBroker.Topic, 0);
        DescribeQuorumResponse.PartitionData refused = Assert.Single(Assert.Single(other.Topics).Partitions);
        Assert.Equal((ErrorCode.UnknownTopicOrPartition, version >= 2), (refused.ErrorCode, refused.ErrorMessage is { Length: > 0 }));
        Assert.Equal(
            ErrorCode.UnknownTopicOrPartition,
            Assert.Single(Assert.Single((await QuorumAsync(client, version, TopicName.ClusterMetadata, 1)).Topics).Partitions).ErrorCode);
    }

    [Theory]
    [EveryVersion(ApiKey.UpdateFeatures)]
    public async Task Features_change_all_together_or_not_at_all(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();

        UpdateFeaturesResponse same = await UpdateAsync(client, version, (MetadataVersion.FeatureName, MetadataVersion.MaxLevel));
        Assert.Equal((ErrorCode.None, null), (same.ErrorCode, same.ErrorMessage));
        Assert.Equal(version <= 1 ? [MetadataVersion.FeatureName] : [], same.Results.Select(result => result.Feature));

        UpdateFeaturesResponse refused = await UpdateAsync(client, version, (MetadataVersion.FeatureName, MetadataVersion.MaxLevel), ("nothing", 1));
        Assert.Equal(ErrorCode.InvalidUpdateVersion, refused.ErrorCode);
        Assert.NotNull(refused.ErrorMessage);
        Assert.Equal(MetadataVersion.MaxLevel, broker.Parts.Image.Features.LevelOf(MetadataVersion.FeatureName));
    }

    [Theory]
    [EveryVersion(ApiKey.ElectLeaders)]
    public async Task Where_the_preferred_replica_leads_no_election_is_needed(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        var request = new ElectLeadersRequest
        {
            TopicPartitions = [new() { Topic = MemoryBroker.Topic, Partitions = [0, 1, 7] }, new() { Topic = "nothing", Partitions = [0] }],
        };

        ElectLeadersResponse response = await client.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(request, version);

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.Equal(
            [
                (MemoryBroker.Topic, 0, ErrorCode.ElectionNotNeeded), (MemoryBroker.Topic, 1, ErrorCode.ElectionNotNeeded),
                (MemoryBroker.Topic, 7, ErrorCode.UnknownTopicOrPartition), ("nothing", 0, ErrorCode.UnknownTopicOrPartition),
            ],
            response.ReplicaElectionResults.SelectMany(topic => topic.PartitionResult.Select(partition => (topic.Topic, partition.PartitionId, partition.ErrorCode))));
        Assert.All(response.ReplicaElectionResults.SelectMany(topic => topic.PartitionResult), partition => Assert.NotNull(partition.ErrorMessage));

        ElectLeadersResponse all = await client.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(new ElectLeadersRequest { TopicPartitions = null }, version);
        Assert.Empty(all.ReplicaElectionResults.SelectMany(topic => topic.PartitionResult));
        Assert.Equal(broker.LeaderEpoch, broker.Parts.Image.Topics.Partition(new TopicPartition(MemoryBroker.Topic, 0))!.LeaderEpoch);
    }

    [Theory]
    [EveryVersion(ApiKey.ElectLeaders, From = 1)]
    public async Task An_election_of_an_unknown_kind_is_invalid(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        var request = new ElectLeadersRequest { ElectionType = 2, TopicPartitions = [new() { Topic = MemoryBroker.Topic, Partitions = [0] }] };
        Assert.Equal(ErrorCode.InvalidRequest, (await client.AskAsync<ElectLeadersRequest, ElectLeadersResponse>(request, version)).ErrorCode);
    }

    [Theory]
    [EveryVersion(ApiKey.ListPartitionReassignments)]
    public async Task Only_partitions_that_move_are_listed(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        using TestClient client = await broker.ConnectAsync();
        List<ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics>?[] questions =
        [
            null,
            [],
            [new() { Name = MemoryBroker.Topic, PartitionIndexes = [0, 1, 7] }, new() { Name = "nothing", PartitionIndexes = [0] }],
        ];
        foreach (List<ListPartitionReassignmentsRequest.ListPartitionReassignmentsTopics>? topics in questions)
        {
            ListPartitionReassignmentsResponse response = await client.AskAsync<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse>(
                new ListPartitionReassignmentsRequest { Topics = topics }, version);
            Assert.Equal((ErrorCode.None, null, 0), (response.ErrorCode, response.ErrorMessage, response.Topics.Count));
        }
    }

    [Fact]
    public async Task The_metadata_knows_in_which_of_several_directories_each_replica_is()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync("log.dirs=/one,/two");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        foreach (Compat.Replication.Partitions.Partition partition in broker.Parts.Partitions.All)
        {
            Uuid expected = broker.Parts.Logs.DirectoryOf(partition.TopicPartition)!.DirectoryId;
            while (broker.Parts.Image.Topics.Partition(partition.TopicPartition)!.DirectoryOf(broker.Parts.NodeId) != expected)
            {
                limit.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }

        }

        // All were created at once, and none was elected for since.
        Assert.All(broker.Parts.Partitions.All, partition => Assert.Equal(broker.LeaderEpoch, partition.LeaderEpoch));
    }

    [Theory]
    [EveryVersion(ApiKey.DescribeLogDirs)]
    public async Task Every_directory_tells_the_size_of_its_logs(short version)
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync("log.dirs=/one,/two");
        broker.Storage.Room = new(TotalBytes: 1000, UsableBytes: 400);
        using TestClient client = await broker.ConnectAsync();
        Assert.True(broker.Parts.Partitions.TryGet(MemoryBroker.Topic, 0, out Compat.Replication.Partitions.Partition? written));
        written.AppendAsLeader(Data.DataFixture.BatchAt(1_700_000_000_000, "a"), 1, Compat.Log.AppendOrigin.Client);

        List<DescribeLogDirsResponse.DescribeLogDirsResult> all = await LogDirsAsync(client, version, null);

        Assert.Equal(["/one", "/two"], all.Select(directory => directory.LogDir));
        Assert.All(all, directory =>
        {
            Assert.Equal((ErrorCode.None, false), (directory.ErrorCode, directory.IsCordoned));
            Assert.Equal(version >= 4 ? (1000, 400) : (-1, -1), (directory.TotalBytes, directory.UsableBytes));
            Assert.Single(Assert.Single(directory.Topics).Partitions);
        });
        DescribeLogDirsResponse.DescribeLogDirsPartition[] partitions =
            [.. all.SelectMany(directory => directory.Topics).SelectMany(topic => topic.Partitions).OrderBy(partition => partition.PartitionIndex)];
        Assert.Equal([(0, written.Log.Size, 0L, false), (1, 0L, 0L, false)], partitions.Select(each => (each.PartitionIndex, each.PartitionSize, each.OffsetLag, each.IsFutureKey)));
        Assert.True(partitions[0].PartitionSize > 0);

        List<DescribeLogDirsResponse.DescribeLogDirsResult> some = await LogDirsAsync(
            client, version, [new() { Topic = MemoryBroker.Topic, Partitions = [1, 7] }, new() { Topic = "nothing", Partitions = [0] }]);
        Assert.Equal([1], some.SelectMany(directory => directory.Topics).SelectMany(topic => topic.Partitions).Select(partition => partition.PartitionIndex));
        Assert.Equal(2, some.Count);
        Assert.Empty((await LogDirsAsync(client, version, [])).SelectMany(directory => directory.Topics));
    }

    private static Task<DescribeClusterResponse> DescribeAsync(TestClient client, short version, DescribeClusterRequest request) =>
        client.AskAsync<DescribeClusterRequest, DescribeClusterResponse>(request, version);

    private static Task<DescribeQuorumResponse> QuorumAsync(TestClient client, short version, string topic, int partition) =>
        client.AskAsync<DescribeQuorumRequest, DescribeQuorumResponse>(
            new DescribeQuorumRequest { Topics = [new() { TopicName = topic, Partitions = [new() { PartitionIndex = partition }] }] }, version);

    private static Task<UpdateFeaturesResponse> UpdateAsync(TestClient client, short version, params (string Name, short Level)[] features) =>
        client.AskAsync<UpdateFeaturesRequest, UpdateFeaturesResponse>(
            new UpdateFeaturesRequest
            {
                FeatureUpdates = [.. features.Select(feature => new UpdateFeaturesRequest.FeatureUpdateKey { Feature = feature.Name, MaxVersionLevel = feature.Level })],
            },
            version);

    private static async Task<List<DescribeLogDirsResponse.DescribeLogDirsResult>> LogDirsAsync(
        TestClient client, short version, List<DescribeLogDirsRequest.DescribableLogDirTopic>? topics)
    {
        DescribeLogDirsResponse response = await client.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(new DescribeLogDirsRequest { Topics = topics }, version);
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        return response.Results;
    }
}
