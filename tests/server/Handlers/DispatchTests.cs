using System.Buffers.Binary;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Handlers;

public class DispatchTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    [InlineData((100 * 1024 * 1024) + 1)]
    public async Task A_frame_of_a_size_that_is_not_allowed_closes_the_connection_with_a_line(int size)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, size);

        await AssertClosedAsync($"{size} bytes", length);
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(95, 0)]
    [InlineData(-1, 0)]
    [InlineData(short.MaxValue, 0)]
    [InlineData(12, 0)]
    public async Task A_key_that_is_not_carried_out_closes_the_connection_with_a_line(short key, short version) =>
        await AssertClosedAsync("is not supported", TestClient.Encode((ApiKey)key, version, 1, _ => { }));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(9)]
    public async Task A_frame_that_ends_within_its_header_closes_the_connection_with_a_line(int size)
    {
        byte[] frame = new byte[4 + size];
        BinaryPrimitives.WriteInt32BigEndian(frame, size);

        await AssertClosedAsync("cannot be read", frame);
    }

    [Fact]
    public async Task A_body_that_cannot_be_read_closes_the_connection_with_a_line() =>
        await AssertClosedAsync("cannot be read", TestClient.Encode(ApiKey.ApiVersions, 3, 1, body => body.Write(200, 1)));

    [Fact]
    public async Task Twenty_million_tagged_fields_in_a_header_cost_nothing()
    {
        byte[] frame = TestClient.Encode(ApiKey.ApiVersions, 3, 1, _ => { });
        byte[] hostile = [.. frame[..^1], 0x80, 0xda, 0xc4, 0x09];
        BinaryPrimitives.WriteInt32BigEndian(hostile, hostile.Length - 4);

        await AssertClosedAsync("cannot be read", hostile);
    }

    private static async Task AssertClosedAsync(string expected, byte[] frame)
    {
        await using var server = new TestServer();
        using TestClient client = await server.ConnectAsync();
        using TestClient other = await server.ConnectAsync();

        await client.SendAsync(frame);
        await client.AssertClosedAsync();

        Assert.Contains(server.Log.Lines, line => line.StartsWith("Closed the connection", StringComparison.Ordinal) && line.Contains(expected, StringComparison.Ordinal));
        await other.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), 0);
    }
}
