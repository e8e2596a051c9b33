using System.Buffers.Binary;
using Compat.Server.Tests.Coverage;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Handlers;

public class ApiVersionsTests
{
    [Theory]
    [EveryVersion(ApiKey.ApiVersions)]
    public async Task The_list_is_what_handlers_exist_for(short version)
    {
        await using var server = new TestServer();
        using TestClient client = await server.ConnectAsync();

        ApiVersionsResponse response = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(Named(), version);

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        ApiVersionsResponse.ApiVersion api = Assert.Single(response.ApiKeys);
        Assert.Equal((18, 0, 5), (api.ApiKey, api.MinVersion, api.MaxVersion));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(99)]
    [InlineData(short.MaxValue)]
    [InlineData(-1)]
    public async Task An_unknown_version_is_answered_in_version_0_with_the_list(short version)
    {
        await using var server = new TestServer();
        using TestClient client = await server.ConnectAsync();
        await client.SendAsync(TestClient.Encode(ApiKey.ApiVersions, version, 77, body => body.Write(1, 2, 3)));

        (int correlationId, ApiVersionsResponse response) = await client.ReadAsync<ApiVersionsResponse>(ApiKey.ApiVersions, 0);

        Assert.Equal(77, correlationId);
        Assert.Equal(ErrorCode.UnsupportedVersion, response.ErrorCode);
        Assert.Equal(18, Assert.Single(response.ApiKeys).ApiKey);
        Assert.Equal(ErrorCode.None, (await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(Named(), 3)).ErrorCode);
    }

    [Fact]
    public async Task The_header_of_the_answer_has_no_tagged_fields_in_any_version()
    {
        await using var server = new TestServer();
        using TestClient client = await server.ConnectAsync();
        await client.SendAsync(Named(), 3);

        byte[] frame = (await client.ReadFrameAsync())!;

        // Correlation id, error code, then at once the compact array of one element.
        Assert.Equal(1, BinaryPrimitives.ReadInt32BigEndian(frame));
        Assert.Equal(0, BinaryPrimitives.ReadInt16BigEndian(frame.AsSpan(4)));
        Assert.Equal(2, frame[6]);
    }

    [Theory]
    [InlineData("librdkafka", "2.16.0", ErrorCode.None)]
    [InlineData("a", "1", ErrorCode.None)]
    [InlineData("apache-kafka.java", "4.4.0-SNAPSHOT", ErrorCode.None)]
    [InlineData("", "1", ErrorCode.InvalidRequest)]
    [InlineData("name", "", ErrorCode.InvalidRequest)]
    [InlineData("-name", "1", ErrorCode.InvalidRequest)]
    [InlineData("name.", "1", ErrorCode.InvalidRequest)]
    [InlineData("na me", "1", ErrorCode.InvalidRequest)]
    [InlineData("name", "1\n", ErrorCode.InvalidRequest)]
    public async Task The_name_and_version_of_the_software_are_checked_and_remembered(string name, string version, ErrorCode expected)
    {
        await using var server = new TestServer();
        using TestClient client = await server.ConnectAsync();

        var request = new ApiVersionsRequest { ClientSoftwareName = name, ClientSoftwareVersion = version };
        ApiVersionsResponse response = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(request, 3);

        Assert.Equal(expected, response.ErrorCode);
        Compat.Server.Transport.Connection connection = Assert.Single(server.Server.Connections.Connections);
        Assert.Equal(expected == ErrorCode.None ? name : "unknown", connection.Info.SoftwareName);
        Assert.Equal(expected == ErrorCode.None ? version : "unknown", connection.Info.SoftwareVersion);
    }

    [Theory]
    [InlineData(null, -1, ErrorCode.None)]
    [InlineData("8Zq3nHfVTtOVk3HQq4uYMw", 7, ErrorCode.None)]
    [InlineData("8Zq3nHfVTtOVk3HQq4uYMw", 8, ErrorCode.RebootstrapRequired)]
    [InlineData("another", 7, ErrorCode.RebootstrapRequired)]
    [InlineData(null, 7, ErrorCode.InvalidRequest)]
    [InlineData("8Zq3nHfVTtOVk3HQq4uYMw", -1, ErrorCode.InvalidRequest)]
    public async Task From_version_5_a_client_that_reached_the_wrong_node_is_told(string? clusterId, int nodeId, ErrorCode expected)
    {
        await using var server = new TestServer();
        using TestClient client = await server.ConnectAsync();
        ApiVersionsRequest request = Named();
        request.ClusterId = clusterId;
        request.NodeId = nodeId;

        Assert.Equal(expected, (await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(request, 5)).ErrorCode);
        Assert.Equal(ErrorCode.None, (await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(Named(), 4)).ErrorCode);
    }

    [Fact]
    public async Task Features_whose_lowest_level_is_0_are_kept_from_clients_that_fail_on_them()
    {
        await using var server = new TestServer();
        using TestClient client = await server.ConnectAsync();

        ApiVersionsResponse old = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(Named(), 3);
        ApiVersionsResponse current = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(Named(), 4);

        Assert.Equal(["metadata.version"], old.SupportedFeatures.Select(feature => feature.Name));
        Assert.Equal(["metadata.version", "group.version"], current.SupportedFeatures.Select(feature => feature.Name));
        ApiVersionsResponse.FinalizedFeatureKey finalized = Assert.Single(current.FinalizedFeatures);
        Assert.Equal(("metadata.version", 33, 33), (finalized.Name, finalized.MinVersionLevel, finalized.MaxVersionLevel));
        Assert.Equal(42, current.FinalizedFeaturesEpoch);
    }

    private static ApiVersionsRequest Named() => new() { ClientSoftwareName = "test", ClientSoftwareVersion = "1.0" };
}
