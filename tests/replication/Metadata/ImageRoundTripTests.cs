using System.Buffers;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;
using static Compat.Replication.Tests.Metadata.Records;

namespace Compat.Replication.Tests.Metadata;

public class ImageRoundTripTests
{
    private static readonly MetadataImage Full = MetadataImage.Empty.Apply(
    [
        Feature("metadata.version", 33), Feature("group.version", 1),
        Broker(1), Broker(2, epoch: 11, fenced: true),
        .. TopicOf("b", Id(1), 3, 1, 2), .. TopicOf("a", Id(2), 1, 2),
        Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 1, Isr = [2], Leader = 2, LeaderRecoveryState = 1 }, 2),
        Of(new PartitionChangeRecord { TopicId = Id(1), PartitionId = 2, AddingReplicas = [3], EligibleLeaderReplicas = [1] }, 2),
        Config("a", "retention.ms", "1"), Config("a", "cleanup.policy", "compact"),
        Of(new ConfigRecord { ResourceType = 4, ResourceName = "", Name = "log.retention.ms", Value = "2" }),
        Of(new ProducerIdsRecord { BrokerId = 1, BrokerEpoch = 10, NextProducerId = 3_000 }),
        Of(new UserScramCredentialRecord
        {
            Name = "alice", Mechanism = 1, Salt = new byte[] { 1, 2 }, StoredKey = new byte[] { 3 }, ServerKey = new byte[] { 4 }, Iterations = 4096,
        }),
        Of(new AccessControlEntryRecord { Id = Id(5), ResourceName = "a", Principal = "User:alice", Host = "*" }),
        Of(new ClientQuotaRecord
        {
            Entity = [new ClientQuotaRecord.EntityData { EntityType = "user", EntityName = null }], Key = "producer_byte_rate", Value = 5,
        }),
    ]);

    [Fact]
    public void The_records_of_an_image_make_the_same_image()
    {
        MetadataImage again = MetadataImage.Empty.Apply(Full.ToRecords());

        Assert.Equal(Full.ToRecords().Select(MetadataDeltaTests.Text), again.ToRecords().Select(MetadataDeltaTests.Text));
        PartitionRegistration partition = again.Topics.Partition(new TopicPartition("b", 1))!;
        Assert.Equal((2, 1, 1, (sbyte)1), (partition.Leader, partition.LeaderEpoch, partition.PartitionEpoch, partition.LeaderRecoveryState));
        Assert.Equal(3_000, again.NextProducerId);
        Assert.True(again.Cluster.Brokers[2].Fenced);
    }

    [Fact]
    public void Features_come_first_so_that_a_reader_knows_the_metadata_version() =>
        Assert.Equal("metadata.version", ((FeatureLevelRecord)Full.ToRecords().First().Message).Name);

    [Fact]
    public void Records_of_areas_not_acted_upon_survive_and_are_removed_by_their_own_records()
    {
        Assert.Equal(3, Full.Retained.ByKey.Count);
        MetadataImage image = Full.Apply(
            Of(new RemoveUserScramCredentialRecord { Name = "alice", Mechanism = 1 }),
            Of(new RemoveAccessControlEntryRecord { Id = Id(5) }),
            Of(new ClientQuotaRecord
            {
                Entity = [new ClientQuotaRecord.EntityData { EntityType = "user", EntityName = null }],
                Key = "producer_byte_rate",
                Remove = true,
            }));
        Assert.Empty(image.Retained.ByKey);
    }

    [Fact]
    public void Every_record_of_a_lower_metadata_version_is_written_in_a_version_it_allows()
    {
        MetadataImage image = MetadataImage.Empty.Apply(
            [Feature("metadata.version", 7), Broker(1), .. TopicOf("t", Id(1), 1, 1)]);

        Assert.Equal([0, 1, 0, 0], image.ToRecords().Select(record => (int)record.Version));
        Assert.All(image.ToRecords(), record => MetadataDeltaTests.Text(record));
    }

    [Fact]
    public void A_record_has_the_frame_of_kafka()
    {
        var buffer = new ArrayBufferWriter<byte>();
        MetadataRecordSerde.Write(Feature("metadata.version", 33), buffer);

        // Frame version 1, type 12, version 0, then the flexible record: compact string, int16, no tagged fields.
        byte[] expected = [1, 12, 0, 17, .. "metadata.version"u8, 0, 33, 0];
        Assert.Equal(expected, buffer.WrittenSpan.ToArray());
        Assert.Equal((short)33, ((FeatureLevelRecord)MetadataRecordSerde.Read(expected).Message).FeatureLevel);
    }

    [Theory]
    [InlineData(new byte[] { 0, 12, 0 })]
    [InlineData(new byte[] { 1, 99, 0 })]
    [InlineData(new byte[] { 1, 12, 7 })]
    [InlineData(new byte[] { 1, 12, 0, 2, 65, 0, 33, 0, 0 })]
    [InlineData(new byte[] { })]
    public void Bytes_that_are_no_record_are_refused(byte[] bytes) =>
        Assert.Throws<WireFormatException>(() => MetadataRecordSerde.Read(bytes));
}
