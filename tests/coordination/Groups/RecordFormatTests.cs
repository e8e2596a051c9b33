using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

/// <summary>The records byte for byte as Kafka 4 writes them, so that its tools and its brokers read them.</summary>
public class RecordFormatTests
{
    [Fact]
    public void An_offset_commit_is_key_1_and_value_4()
    {
        var record = new OffsetCommitRecord(
            new OffsetCommitKey { Group = "g1", Topic = "topic", Partition = 3 },
            new OffsetCommitValue { Offset = 258, LeaderEpoch = 7, Metadata = "m", CommitTimestamp = 1_700_000_000_000, TopicId = new Uuid(1, 2) });
        AssertKey("0001 0002 6731 0005 746F706963 00000003", record);
        AssertValue("0004 0000000000000102 00000007 02 6D 0000018BCFE56800 01 00 10 0000000000000001 0000000000000002", record);
    }

    [Fact]
    public void An_offset_commit_without_a_topic_id_has_no_tagged_field()
    {
        var record = new OffsetCommitRecord(
            new OffsetCommitKey { Group = "g", Topic = "t" }, new OffsetCommitValue { Offset = 1, LeaderEpoch = -1, Metadata = "", CommitTimestamp = 0 });
        AssertValue("0004 0000000000000001 FFFFFFFF 01 0000000000000000 00", record);
    }

    [Fact]
    public void An_offset_commit_that_expires_is_value_1()
    {
        var record = new OffsetCommitRecord(
            new OffsetCommitKey { Group = "g", Topic = "t" },
            new OffsetCommitValue { Offset = 1, LeaderEpoch = 5, Metadata = "", CommitTimestamp = 2, ExpireTimestamp = 3, TopicId = new Uuid(1, 2) });
        AssertValue("0001 0000000000000001 0000 0000000000000002 0000000000000003", record);
    }

    [Fact]
    public void A_group_is_key_2_and_value_3()
    {
        var record = new GroupMetadataRecord(
            new GroupMetadataKey { Group = "g" },
            new GroupMetadataValue
            {
                ProtocolType = "consumer",
                Generation = 2,
                Protocol = "range",
                Leader = "m",
                CurrentStateTimestamp = 5,
                Members =
                [
                    new GroupMetadataValue.MemberMetadata
                    {
                        MemberId = "m",
                        GroupInstanceId = null,
                        ClientId = "c",
                        ClientHost = "/h",
                        RebalanceTimeout = 6,
                        SessionTimeout = 7,
                        Subscription = new byte[] { 1 },
                        Assignment = new byte[] { 2, 3 },
                    },
                ],
            });
        AssertKey("0002 0001 67", record);
        AssertValue("0003 0008 636F6E73756D6572 00000002 0005 72616E6765 0001 6D 0000000000000005 00000001 " +
            "0001 6D FFFF 0001 63 0002 2F68 00000006 00000007 00000001 01 00000002 0203", record);
    }

    [Fact]
    public void A_deletion_has_no_value()
    {
        AssertValue(null, GroupRecords.GroupTombstone("g"));
        AssertValue(null, GroupRecords.OffsetTombstone("g", "t", 1));
        AssertKey("0001 0001 67 0001 74 00000001", GroupRecords.OffsetTombstone("g", "t", 1));
    }

    [Theory]
    [InlineData("0000 0000000000000005 0001 6D 0000000000000006")]
    [InlineData("0001 0000000000000005 0001 6D 0000000000000006 0000000000000007")]
    [InlineData("0002 0000000000000005 0001 6D 0000000000000006")]
    [InlineData("0003 0000000000000005 00000009 0001 6D 0000000000000006")]
    [InlineData("0004 0000000000000005 00000009 02 6D 0000000000000006 00")]
    public void Offset_commits_of_all_versions_are_read(string value)
    {
        var record = Assert.IsType<OffsetCommitRecord>(Read("0001 0001 67 0001 74 00000001", value));
        Assert.Equal(("g", "t", 1), (record.Key.Group, record.Key.Topic, record.Key.Partition));
        Assert.Equal((5, "m", 6), (record.Value!.Offset, record.Value.Metadata, record.Value.CommitTimestamp));
    }

    [Fact]
    public void Offset_commits_of_the_oldest_kind_are_read()
    {
        var record = Assert.IsType<OffsetCommitRecord>(Read("0000 0001 67 0001 74 00000001", "0000 0000000000000005 0001 6D 0000000000000006"));
        Assert.Equal(5, record.Value!.Offset);
    }

    [Theory]
    [InlineData("0003 0001 67")]
    [InlineData("000C 0001 67")]
    [InlineData("7FFF")]
    public void Records_of_other_kinds_are_passed_over(string key) => Assert.Null(Read(key, "0000"));

    [Theory]
    [InlineData("00", null)]
    [InlineData("0001 0005 67", null)]
    [InlineData("0001 0001 67 0001 74 00000001", "0009 0000000000000005")]
    [InlineData("0001 0001 67 0001 74 00000001", "0004 00")]
    [InlineData("0002 0001 67", "FFFF")]
    public void Malformed_records_are_told_apart(string key, string? value) =>
        Assert.Throws<WireFormatException>(() => Read(key, value));

    private static CoordinatorRecord? Read(string key, string? value) =>
        GroupRecords.Read(Bytes(key), value is null ? default(ReadOnlyMemory<byte>?) : Bytes(value));

    private static ReadOnlyMemory<byte> Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    private static void AssertKey(string expected, CoordinatorRecord record) =>
        Assert.Equal(Compact(expected), Convert.ToHexString(Encode(record).Key(0).Span));

    private static void AssertValue(string? expected, CoordinatorRecord record) =>
        Assert.Equal(Compact(expected), Encode(record).Value(0) is { } value ? Convert.ToHexString(value.Span) : null);

    private static string? Compact(string? hex) => hex?.Replace(" ", "", StringComparison.Ordinal);

    private static TurnRecords Encode(CoordinatorRecord record)
    {
        var records = new TurnRecords();
        Assert.True(records.TryAdd(record, int.MaxValue));
        return records;
    }
}
