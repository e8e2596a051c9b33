using Compat.Wire.Messages;

namespace Compat.Wire.Tests.Messages;

public class TaggedFieldTests
{
    [Fact]
    public void Unknown_tags_are_passed_over()
    {
        // An empty version 4 heartbeat answer: throttle time, error code, then the tagged section.
        byte[] frame = [0, 0, 0, 0, 0, 0, 2, 0, 1, 0xaa, 200, 1, 2, 0xbb, 0xcc];

        HeartbeatResponse response = Read(frame);

        Assert.Equal(ErrorCode.None, response.ErrorCode);
    }

    [Theory]
    [InlineData(new byte[] { 2, 3, 0, 3, 0 })]
    [InlineData(new byte[] { 2, 3, 0, 1, 0 })]
    public void Tags_must_ascend(byte[] tags) =>
        Assert.Throws<WireFormatException>(() => Read([0, 0, 0, 0, 0, 0, .. tags]));

    [Theory]
    [InlineData(new byte[] { 1, 3, 2, 0 })]
    [InlineData(new byte[] { 1, 3, 0xff, 0xff, 0xff, 0xff, 0x0f })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0x0f })]
    [InlineData(new byte[] { 1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0 })]
    public void A_tag_beyond_the_frame_is_refused(byte[] tags) =>
        Assert.Throws<WireFormatException>(() => Read([0, 0, 0, 0, 0, 0, .. tags]));

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(9)]
    public void A_known_tag_must_have_the_size_it_says(byte size)
    {
        ProduceResponse response = new()
        {
            Responses = [new() { PartitionResponses = [new() { CurrentLeader = new() { LeaderId = 1, LeaderEpoch = 2 } }] }],
        };
        byte[] frame = [.. MessageCodec.Encode(response, 10), 0, 0];
        int sizeAt = frame.AsSpan().IndexOf(new byte[] { 1, 0, 9, 0, 0, 0, 1 }) + 2;
        Assert.Equal(9, frame[sizeAt]);
        frame[sizeAt] = size == 9 ? (byte)10 : size;

        Assert.Throws<WireFormatException>(() =>
        {
            WireReader reader = new(frame);
            ProduceResponse.Read(ref reader, 10);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(2_000)]
    public void A_tagged_field_of_any_size_is_written_with_the_size_in_front(int endpoints)
    {
        ProduceResponse response = new();
        for (int i = 0; i < endpoints; i++)
        {
            response.NodeEndpoints.Add(new() { NodeId = i, Host = new string('h', i % 300), Port = i, Rack = i % 2 == 0 ? null : "r" });
        }

        byte[] frame = MessageCodec.Encode(response, 10);
        WireReader reader = new(frame);
        ProduceResponse decoded = ProduceResponse.Read(ref reader, 10);

        Assert.True(reader.IsAtEnd);
        Assert.Equal(response.NodeEndpoints.Select(node => (node.NodeId, node.Host, node.Port, node.Rack)),
            decoded.NodeEndpoints.Select(node => (node.NodeId, node.Host, node.Port, node.Rack)));
    }

    private static HeartbeatResponse Read(byte[] frame)
    {
        WireReader reader = new(frame);
        HeartbeatResponse response = HeartbeatResponse.Read(ref reader, 4);
        Assert.True(reader.IsAtEnd);
        return response;
    }
}
