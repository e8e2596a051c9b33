using System.Buffers.Binary;
using System.Net.Sockets;
using Compat.Server.Tests.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Hostile;

/// <summary>Tests that measure memory, or need much of it: beside others they would measure those.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "memory";
}

[Collection(MemoryCollection.Name)]
public class ConnectionMemoryTests
{
    [Fact]
    public async Task A_connection_costs_no_more_than_what_arrived_on_it_whatever_it_announces()
    {
        await using BrokerFixture fixture = await BrokerFixture.StartAsync();
        await AskAsync(fixture);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var clients = new List<TcpClient>();
        byte[] start = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(start, 100 * 1024 * 1024);
        for (int i = 0; i < 200; i++)
        {
            TcpClient client = await fixture.ConnectAsync();
            await client.GetStream().WriteAsync(start);
            clients.Add(client);
        }

        await AskAsync(fixture);
        long after = GC.GetTotalMemory(forceFullCollection: true);

        // The clients are in this process too: half of it is theirs.
        Assert.InRange(after - before, 0, 200 * 32 * 1024);
        clients.ForEach(client => client.Dispose());
    }

    private static async Task AskAsync(BrokerFixture fixture)
    {
        using SocketClient client = await fixture.ConnectClientAsync();
        await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(new(), 0);
    }
}
