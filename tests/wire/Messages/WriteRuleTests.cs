using Compat.Wire.Messages;

namespace Compat.Wire.Tests.Messages;

public class WriteRuleTests
{
    [Fact]
    public void A_field_that_the_version_lacks_must_not_be_set()
    {
        MetadataRequest request = new() { IncludeTopicAuthorizedOperations = true };

        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() => MessageCodec.Encode(request, 7));

        Assert.Contains("MetadataRequest.IncludeTopicAuthorizedOperations", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("version 7", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_field_of_an_element_that_the_version_lacks_must_not_be_set()
    {
        FetchRequest request = new()
        {
            Topics = [new() { Topic = "a", Partitions = [new() { LastFetchedEpoch = 3 }] }],
        };

        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() => MessageCodec.Encode(request, 11));

        Assert.Contains("FetchRequest.FetchPartition.LastFetchedEpoch", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tagged_structure_that_the_version_lacks_must_not_be_set()
    {
        FetchResponse response = new()
        {
            Responses = [new() { Partitions = [new() { DivergingEpoch = new() { Epoch = 1 } }] }],
        };

        Assert.Throws<InvalidOperationException>(() => MessageCodec.Encode(response, 11));
        Assert.NotEmpty(MessageCodec.Encode(response, 12));
    }

    [Fact]
    public void A_field_that_says_it_is_ignorable_is_dropped()
    {
        FetchRequest request = new() { RackId = "r" };

        Assert.Equal(MessageCodec.Encode(new FetchRequest(), 10), MessageCodec.Encode(request, 10));
        Assert.NotEqual(MessageCodec.Encode(new FetchRequest(), 11), MessageCodec.Encode(request, 11));
    }

    [Fact]
    public void A_null_is_refused_where_the_version_allows_none()
    {
        MetadataRequest request = new() { Topics = null };

        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() => MessageCodec.Encode(request, 0));

        Assert.Contains("MetadataRequest.Topics", refusal.Message, StringComparison.Ordinal);
        Assert.NotEmpty(MessageCodec.Encode(request, 1));
    }

    [Fact]
    public void A_string_longer_than_the_protocol_s_lengths_is_refused()
    {
        SaslHandshakeRequest longest = new() { Mechanism = new string('x', WireReader.MaxStringLength) };
        SaslHandshakeRequest tooLong = new() { Mechanism = new string('x', WireReader.MaxStringLength + 1) };

        Assert.NotEmpty(MessageCodec.Encode(longest, 0));
        Assert.Throws<InvalidOperationException>(() => MessageCodec.Encode(tooLong, 0));
    }

    [Fact]
    public void A_tagged_structure_s_object_is_the_same_each_time_it_is_asked_for()
    {
        ProduceResponse.PartitionProduceResponse partition = new();

        partition.CurrentLeader.LeaderId = 3;

        Assert.Equal(3, partition.CurrentLeader.LeaderId);
    }
}
