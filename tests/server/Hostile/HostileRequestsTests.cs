using System.Buffers.Binary;
using System.Net.Sockets;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire;
using Compat.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Tests.Hostile;

public class HostileRequestsTests
{
    private const int Rounds = 12;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    public static TheoryData<ApiKey> Keys => [.. RequestFiller.Requests.Select(request => request.Key)];

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task Whatever_is_sent_the_broker_lives_on_and_nothing_fails_within(ApiKey key)
    {
        await using BrokerFixture fixture = await BrokerFixture.StartAsync("auto.create.topics.enable=true");
        var random = new Random((int)key + 1);
        foreach (byte[] frame in Frames(key, random))
        {
            using TcpClient client = await fixture.ConnectAsync();
            await client.GetStream().WriteAsync(frame);
            client.Client.Shutdown(SocketShutdown.Send);
            await AssertAliveAsync(fixture, key);
        }

        await DrainAsync(fixture);
        Assert.Empty(fixture.Loggers.Lines.Where(line => line.Level >= LogLevel.Error).Select(line => line.Text));
    }

    /// <summary>For every version: what clients might send, then the same with bytes changed, cut off and added.</summary>
    private static IEnumerable<byte[]> Frames(ApiKey key, Random random)
    {
        Type type = RequestFiller.Requests.Single(request => request.Key == key).Type;
        var filler = new RequestFiller(random);
        ApiInfo api = ApiCatalog.Get(key);
        for (short version = api.MinVersion; version <= api.MaxVersion; version++)
        {
            for (int round = 0; round < Rounds; round++)
            {
                if (RequestFiller.TryEncode(key, version, filler.Make(type)) is byte[] frame)
                {
                    yield return frame;
                    yield return Mutate(frame, random);
                }
            }
        }
    }

    private static byte[] Mutate(byte[] frame, Random random)
    {
        byte[] changed = [.. frame];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int position = random.Next(8, changed.Length);
            changed[position] = random.Next(3) switch
            {
                0 => 0xff,
                1 => 0x7f,
                _ => (byte)random.Next(256),
            };
        }

        int length = random.Next(4) == 0 ? random.Next(8, changed.Length + 1) : changed.Length;
        BinaryPrimitives.WriteInt32BigEndian(changed, length - 4);
        return changed[..length];
    }

    private static async Task AssertAliveAsync(BrokerFixture fixture, ApiKey after)
    {
        using SocketClient client = await fixture.ConnectClientAsync();
        Exception? failure = await Xunit.Record.ExceptionAsync(async () =>
        {
            ApiVersionsResponse answer = await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), 0).WaitAsync(LongestWait);
            Assert.Equal(ErrorCode.None, answer.ErrorCode);
        });
        Assert.True(failure is null, $"The broker does not answer after {after}: {failure?.Message}");
    }

    private static async Task DrainAsync(BrokerFixture fixture)
    {
        // Requests that wait for others end with their connections, which were all closed by their clients.
        await Task.Run(() => SpinWait.SpinUntil(() => fixture.Broker.Server.Connections.Count == 0, LongestWait));
        Assert.Equal(0, fixture.Broker.Server.Connections.Count);
    }
}
