using System.Net;
using System.Net.Sockets;
using Compat.Server.Hosting;
using Compat.Server.Tests.Transport;
using Compat.Wire.Messages;

namespace Compat.Server.Tests.Hosting;

/// <summary>Where a broker listens, and what its start-up line says.</summary>
public class ListeningTests
{
    [Theory]
    [InlineData("listeners=PLAINTEXT://localhost:0")]
    [InlineData("listeners=PLAINTEXT://:0")]
    public async Task Both_stacks_are_served_at_one_port_and_a_client_is_told_an_address_that_it_can_dial(string listeners)
    {
        await using BrokerFixture fixture = await BrokerFixture.StartAsync(listeners);
        int port = fixture.Broker.Listeners[0].Port;
        Assert.NotEqual(0, port);
        IPAddress[] addresses = HasIPv6Loopback() ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];
        foreach (IPAddress address in addresses)
        {
            using var connection = new TcpClient(address.AddressFamily);
            await connection.ConnectAsync(address, port, TestContext.Current.CancellationToken);
            using var client = new SocketClient(connection);
            MetadataResponse response = await client.AskAsync<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = [] }, 9);
            MetadataResponse.MetadataResponseBroker node = Assert.Single(response.Brokers);
            Assert.Equal((address.Equals(IPAddress.Loopback) ? "127.0.0.1" : "localhost", port), (node.Host, node.Port));
        }
    }

    [Fact]
    public async Task Several_listeners_have_ports_and_advertised_addresses_of_their_own()
    {
        await using BrokerFixture fixture = await BrokerFixture.StartAsync(
            "listeners=INSIDE://127.0.0.1:0,OUTSIDE://127.0.0.1:0",
            "advertised.listeners=INSIDE://127.0.0.1:1111,OUTSIDE://kafka.example:2222",
            "listener.security.protocol.map=INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT",
            "inter.broker.listener.name=INSIDE");
        Assert.Equal(2, fixture.Broker.Listeners.Select(listener => listener.Port).Distinct().Count());
        (string, int)[] told = await Task.WhenAll(fixture.Broker.Listeners.Select(async listener =>
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(IPAddress.Loopback, listener.Port, TestContext.Current.CancellationToken);
            using var client = new SocketClient(connection);
            MetadataResponse response = await client.AskAsync<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = [] }, 9);
            return (response.Brokers[0].Host, response.Brokers[0].Port);
        }));
        Assert.Equal([("127.0.0.1", 1111), ("kafka.example", 2222)], told);
    }

    [Theory]
    [InlineData("")]
    [InlineData("log.flush.interval.messages=1")]
    [InlineData("log.flush.interval.ms=50")]
    public async Task The_start_up_line_says_version_addresses_time_cluster_data_and_promise(string setting)
    {
        string[] settings = setting.Length == 0 ? [] : [setting];
        await using BrokerFixture fixture = await BrokerFixture.StartAsync(settings);
        Assert.Equal(
            $"compat {StartLine.Version} is ready on PLAINTEXT://localhost:{fixture.Broker.Listeners[0].Port} after 12 ms; "
                + $"cluster {fixture.Broker.ClusterId}, data in /data; {DurabilityPromise.Of(fixture.Broker.Config.Topics.Log)}",
            StartLine.Describe(fixture.Broker, TimeSpan.FromMilliseconds(12)));
    }

    [Fact]
    public async Task The_start_up_line_says_where_metrics_and_health_are_if_they_are_anywhere()
    {
        await using BrokerFixture fixture = await BrokerFixture.StartAsync("metrics.port=0");
        Assert.Contains($"; metrics and health on port {fixture.Broker.MetricsPort}; ", StartLine.Describe(fixture.Broker, TimeSpan.Zero), StringComparison.Ordinal);
    }

    private static bool HasIPv6Loopback()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
