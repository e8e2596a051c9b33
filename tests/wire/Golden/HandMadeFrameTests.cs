using Compat.Wire.Messages;
using Compat.Wire.Tests.Messages;

namespace Compat.Wire.Tests.Golden;

/// <summary>Frames derived by hand from the protocol's description, so that a mistake made in both directions shows.</summary>
public class HandMadeFrameTests
{
    private const string Id = "0011223344556677 8899aabbccddeeff";

    private static readonly Uuid TopicId = new(0x0011223344556677, 0x8899aabbccddeeff);

    [Fact]
    public void A_flexible_request_begins_with_its_header()
    {
        byte[] frame = Frame.Parse(
            """
            0012  0003  00000001        # ApiVersions, version 3, correlation id
            0007  "rdkafka"  00         # client id in the older encoding, no tags
            0b    "librdkafka"          # ten letters
            07    "2.16.0"
            00                          # no tags
            """);
        WireReader reader = new(frame);

        Assert.Equal(new RequestHeader(ApiKey.ApiVersions, 3, 1, "rdkafka"), RequestHeader.Read(ref reader));
        ApiVersionsRequest request = ApiVersionsRequest.Read(ref reader, 3);
        Assert.Equal(("librdkafka", "2.16.0"), (request.ClientSoftwareName, request.ClientSoftwareVersion));
        Assert.True(reader.IsAtEnd);
    }

    [Fact]
    public void The_answer_to_an_unknown_version_of_ApiVersions_is_readable_by_all() => Check(
        new ApiVersionsResponse
        {
            ErrorCode = ErrorCode.UnsupportedVersion,
            ApiKeys = [new() { ApiKey = 18, MinVersion = 0, MaxVersion = 5 }],
        },
        0,
        "0023  00000001  0012 0000 0005");

    [Fact]
    public void All_topics_are_no_array_from_version_1_and_an_empty_one_before()
    {
        Check(new MetadataRequest { Topics = null }, 1, "ffffffff");
        Check(new MetadataRequest(), 0, "00000000");
    }

    [Fact]
    public void A_topic_may_be_asked_for_by_its_id() => Check(
        new MetadataRequest { Topics = [new() { TopicId = TopicId, Name = null }], AllowAutoTopicCreation = false },
        12,
        $"""
        02                    # one topic
          {Id}  00  00        # its id, no name, no tags
        00  00                # no automatic creation, no authorized operations
        00                    # no tags
        """);

    [Fact]
    public void Records_are_carried_as_they_are() => Check(
        new ProduceRequest
        {
            TransactionalId = null,
            Acks = -1,
            TimeoutMs = 30_000,
            TopicData = [new() { Name = "t", PartitionData = [new() { Index = 2, Records = new byte[] { 1, 2, 3 } }] }],
        },
        9,
        """
        00  ffff  00007530         # no transactional id, all replicas, 30 seconds
        02  02 "t"                 # one topic
          02  00000002             # one partition
            04 010203              # its records
            00
          00
        00
        """);

    [Fact]
    public void The_same_request_in_the_older_encoding_has_fixed_lengths() => Check(
        new ProduceRequest
        {
            TransactionalId = "x",
            Acks = 1,
            TimeoutMs = 1,
            TopicData = [new() { Name = "t", PartitionData = [new() { Index = 2, Records = default }] }],
        },
        8,
        """
        0001 "x"  0001  00000001
        00000001  0001 "t"
          00000001  00000002
            ffffffff               # no records
        """);

    [Fact]
    public void A_tagged_structure_is_written_only_when_it_says_something() => Check(
        new FetchResponse
        {
            SessionId = 9,
            Responses =
            [
                new()
                {
                    Topic = "t",
                    Partitions =
                    [
                        new()
                        {
                            PartitionIndex = 1,
                            HighWatermark = 5,
                            LastStableOffset = 5,
                            LogStartOffset = 0,
                            AbortedTransactions = null,
                            DivergingEpoch = new() { Epoch = 3, EndOffset = 4 },
                            Records = RecordsPayload.Empty,
                        },
                    ],
                },
            ],
        },
        12,
        """
        00000000  0000  00000009          # no throttling, no error, the session
        02  02 "t"
          02  00000001  0000
            0000000000000005              # high watermark
            0000000000000005              # last stable offset
            0000000000000000              # log start offset
            00  ffffffff  01              # no aborted transactions, no other replica, no records
            01                            # one tag
              00  0d                      # tag 0, thirteen bytes
                00000003 0000000000000004 00
          00
        00
        """);

    [Fact]
    public void A_nullable_structure_has_a_byte_in_front()
    {
        Check(
            new ConsumerGroupHeartbeatResponse { MemberId = "m", MemberEpoch = 1, HeartbeatIntervalMs = 5000, Assignment = null },
            0,
            """
            00000000  0000  00            # no throttling, no error, no message
            02 "m"  00000001  00001388
            ff                            # no assignment
            00
            """);
        Check(
            new ConsumerGroupHeartbeatResponse
            {
                MemberId = "m",
                MemberEpoch = 1,
                HeartbeatIntervalMs = 5000,
                Assignment = new() { TopicPartitions = [new() { TopicId = TopicId, Partitions = [0, 7] }] },
            },
            0,
            $"""
            00000000  0000  00
            02 "m"  00000001  00001388
            01                            # an assignment
              02  {Id}  03 00000000 00000007  00
              00
            00
            """);
    }

    [Fact]
    public void A_committed_offset_is_a_key_and_a_value()
    {
        Check(new OffsetCommitKey { Group = "g", Topic = "t", Partition = 3 }, 0, "0001 \"g\"  0001 \"t\"  00000003");
        Check(
            new OffsetCommitValue { Offset = 10, LeaderEpoch = 2, Metadata = "", CommitTimestamp = 1 },
            3,
            "000000000000000a  00000002  0000  0000000000000001");
        Assert.Equal(1, OffsetCommitKey.RecordType);
    }

    [Fact]
    public void A_new_topic_is_a_record_of_type_2()
    {
        Check(new TopicRecord { Name = "orders", TopicId = TopicId }, 0, $"07 \"orders\"  {Id}  00");
        Assert.Equal(2, TopicRecord.RecordType);
    }

    [Fact]
    public void A_transaction_marker_has_the_epoch_of_its_coordinator() =>
        Check(new EndTxnMarker { CoordinatorEpoch = 4 }, 0, "00000004");

    private static void Check<T>(T message, short version, string text)
        where T : class, IWireMessage<T>
    {
        byte[] frame = Frame.Parse(text);
        Assert.Equal(Convert.ToHexStringLower(frame), Convert.ToHexStringLower(MessageCodec.Encode(message, version)));

        WireReader reader = new(frame);
        T decoded = T.Read(ref reader, version);
        Assert.True(reader.IsAtEnd);
        Assert.Equal(frame, MessageCodec.Encode(decoded, version));
    }
}
