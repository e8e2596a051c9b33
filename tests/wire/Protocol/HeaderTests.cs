using System.Buffers;

namespace Compat.Wire.Tests.Protocol;

public class HeaderTests
{
    [Theory]
    [InlineData(ApiKey.Produce, 8, 1, 0)]
    [InlineData(ApiKey.Produce, 9, 2, 1)]
    [InlineData(ApiKey.SaslHandshake, 1, 1, 0)]
    [InlineData(ApiKey.OffsetDelete, 0, 1, 0)]
    [InlineData(ApiKey.DescribeCluster, 0, 2, 1)]
    [InlineData(ApiKey.ApiVersions, 2, 1, 0)]
    [InlineData(ApiKey.ApiVersions, 3, 2, 0)]
    [InlineData(ApiKey.ApiVersions, 5, 2, 0)]
    public void The_header_s_version_follows_from_the_key_and_version(ApiKey key, short version, short request, short response)
    {
        Assert.Equal(request, ApiCatalog.RequestHeaderVersion(key, version));
        Assert.Equal(response, ApiCatalog.ResponseHeaderVersion(key, version));
    }

    [Fact]
    public void A_header_is_flexible_exactly_where_its_message_is()
    {
        foreach (ApiInfo api in ApiCatalog.All)
        {
            for (short version = api.MinVersion; version <= api.MaxVersion; version++)
            {
                Assert.Equal(version >= api.FirstFlexibleRequest ? 2 : 1, ApiCatalog.RequestHeaderVersion(api.Key, version));
                int expected = api.Key != ApiKey.ApiVersions && version >= api.FirstFlexibleResponse ? 1 : 0;
                Assert.Equal(expected, ApiCatalog.ResponseHeaderVersion(api.Key, version));
            }
        }
    }

    [Fact]
    public void A_client_that_asks_ApiVersions_in_a_version_of_the_future_is_understood()
    {
        // Flexible header, then bytes that only the future knows.
        WireReader reader = new(new byte[] { 0, 18, 0, 99, 0, 0, 0, 7, 0, 1, (byte)'c', 0, 0xde, 0xad });

        RequestHeader header = RequestHeader.Read(ref reader);

        Assert.Equal(new RequestHeader(ApiKey.ApiVersions, 99, 7, "c"), header);
        Assert.Equal(2, reader.Remaining);
    }

    [Theory]
    [InlineData(ApiKey.Metadata, 1, "client")]
    [InlineData(ApiKey.Metadata, 12, "client")]
    [InlineData(ApiKey.Metadata, 12, "")]
    [InlineData(ApiKey.Fetch, 12, null)]
    [InlineData((ApiKey)999, 3, "ünïcode")]
    public void A_request_header_is_read_as_it_was_written(ApiKey key, short version, string? clientId)
    {
        RequestHeader header = new(key, version, 42, clientId);
        byte[] bytes = Write((ref WireWriter writer) => header.Write(ref writer));
        WireReader reader = new(bytes);

        Assert.Equal(header, RequestHeader.Read(ref reader));
        Assert.True(reader.IsAtEnd);
    }

    [Theory]
    [InlineData("producer-1", "producer-1", true)]
    [InlineData("ünïcode", "ünïcode", true)]
    [InlineData("producer-1", "producer-2", false)]
    [InlineData("producer-1", "producer-10", false)]
    [InlineData("producer-10", "producer-1", false)]
    [InlineData("producer-1", null, false)]
    [InlineData("producer-1", "", false)]
    public void A_client_id_that_is_known_is_not_made_again(string sent, string? known, bool isSame)
    {
        RequestHeader header = new(ApiKey.Metadata, 12, 42, sent);
        WireReader reader = new(Write((ref WireWriter writer) => header.Write(ref writer)));

        RequestHeader read = RequestHeader.Read(ref reader, known);

        Assert.Equal(sent, read.ClientId);
        Assert.Equal(isSame, ReferenceEquals(read.ClientId, known));
        Assert.True(reader.IsAtEnd);
    }

    [Theory]
    [InlineData(new byte[] { 0, 3, 0, 12, 0, 0, 0, 7 })]
    [InlineData(new byte[] { 0, 3, 0, 12, 0, 0, 0, 7, 0, 9, 1 })]
    [InlineData(new byte[] { 0, 3, 0, 12, 0, 0, 0, 7, 0, 0 })]
    [InlineData(new byte[] { 0, 3 })]
    [InlineData(new byte[] { })]
    public void A_header_that_ends_early_is_refused(byte[] bytes)
    {
        foreach (string? known in new[] { null, "producer" })
        {
            Assert.Throws<WireFormatException>(() =>
            {
                WireReader reader = new(bytes);
                RequestHeader.Read(ref reader, known);
            });
        }
    }

    [Fact]
    public void A_response_header_has_tags_only_in_flexible_versions_and_never_for_ApiVersions()
    {
        ResponseHeader header = new(5);

        Assert.Equal([0, 0, 0, 5], Write((ref WireWriter writer) => header.Write(ref writer, ApiKey.Metadata, 8)));
        Assert.Equal([0, 0, 0, 5, 0], Write((ref WireWriter writer) => header.Write(ref writer, ApiKey.Metadata, 9)));
        Assert.Equal([0, 0, 0, 5], Write((ref WireWriter writer) => header.Write(ref writer, ApiKey.ApiVersions, 5)));

        WireReader reader = new(new byte[] { 0, 0, 0, 5, 1, 0, 1, 9 });
        Assert.Equal(header, ResponseHeader.Read(ref reader, ApiKey.Metadata, 9));
        Assert.True(reader.IsAtEnd);
    }

    private delegate void WriteAction(ref WireWriter writer);

    private static byte[] Write(WriteAction action)
    {
        ArrayBufferWriter<byte> output = new();
        WireWriter writer = new(output);
        action(ref writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }
}
