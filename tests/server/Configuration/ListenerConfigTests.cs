using System.Net;
using Compat.Log.Configuration;
using Compat.Server.Configuration.Listeners;

namespace Compat.Server.Tests.Configuration;

public class ListenerConfigTests
{
    private const string Map = "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT,SECURE:SSL,CONTROLLER:PLAINTEXT";

    [Theory]
    [InlineData("PLAINTEXT://:9092", null, 9092)]
    [InlineData("plaintext://localhost:0", "localhost", 0)]
    [InlineData("PLAINTEXT://0.0.0.0:9092", "0.0.0.0", 9092)]
    [InlineData("PLAINTEXT://[::]:9092", "::", 9092)]
    [InlineData("PLAINTEXT://[fe80::1%eth0]:65535", "fe80::1%eth0", 65535)]
    [InlineData("PLAINTEXT://my-host_1.example.com:1", "my-host_1.example.com", 1)]
    public void An_endpoint_is_a_name_a_host_and_a_port(string listeners, string? host, int port)
    {
        ListenerEndpoint endpoint = Assert.Single(TestConfig.Load("listeners=" + listeners).Listeners.Listeners);
        Assert.Equal(new ListenerEndpoint("PLAINTEXT", SecurityProtocol.Plaintext, host, port), endpoint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("9092")]
    [InlineData("PLAINTEXT://9092")]
    [InlineData("PLAINTEXT://:")]
    [InlineData("PLAINTEXT://:port")]
    [InlineData("PLAINTEXT://:-1")]
    [InlineData("PLAINTEXT://:65536")]
    [InlineData("://host:1")]
    [InlineData("PLAINTEXT://ho st:1")]
    [InlineData("OTHER://:9092")]
    [InlineData("PLAINTEXT://:9092,PLAINTEXT://:9092")]
    [InlineData("PLAINTEXT://:9092,plaintext://:9093")]
    [InlineData("PLAINTEXT://:9092,INTERNAL://:9092")]
    [InlineData("PLAINTEXT://127.0.0.1:9092,INTERNAL://10.0.0.1:9092")]
    [InlineData("PLAINTEXT://127.0.0.1:9092,INTERNAL://[::1]:9092,EXTERNAL://:9092")]
    [InlineData("SECURE://:9093,PLAINTEXT://:9092")]
    [InlineData("CONTROLLER://:9093")]
    public void What_Kafka_refuses_is_refused_and_so_is_security(string listeners)
    {
        ConfigException refusal = Assert.Throws<ConfigException>(() => TestConfig.Load("listeners=" + listeners, Map));
        Assert.Contains("listeners", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PLAINTEXT://:0,INTERNAL://:0")]
    [InlineData("PLAINTEXT://127.0.0.1:9092,INTERNAL://[::1]:9092")]
    [InlineData("PLAINTEXT://:9092,INTERNAL://:9093,EXTERNAL://:9094")]
    public void Several_listeners_have_different_names_and_ports(string listeners) =>
        Assert.NotEmpty(TestConfig.Load("listeners=" + listeners, Map).Listeners.Listeners);

    [Fact]
    public void A_secure_listener_is_refused_with_its_protocol()
    {
        ConfigException refusal = Assert.Throws<ConfigException>(() => TestConfig.Load("listeners=PLAINTEXT://:9092,SASL_SSL://:9093"));
        Assert.Equal("Invalid value SASL_SSL://:9093 for configuration listeners: it uses SASL_SSL, and only PLAINTEXT listeners work so far", refusal.Message);
    }

    [Theory]
    [InlineData("PLAINTEXT://host:9092", "PLAINTEXT://host:9092")]
    [InlineData("PLAINTEXT://:19092", "PLAINTEXT://:19092")]
    public void A_client_is_told_the_advertised_address(string advertised, string told) =>
        Assert.Equal(told, TestConfig.Load("advertised.listeners=" + advertised).Listeners.Advertised["PLAINTEXT"].ToString());

    [Theory]
    [InlineData("PLAINTEXT://0.0.0.0:9092")]
    [InlineData("PLAINTEXT://[::]:9092")]
    [InlineData("INTERNAL://host:9092")]
    [InlineData("PLAINTEXT://a:1,PLAINTEXT://b:1")]
    [InlineData("")]
    public void What_cannot_be_advertised_is_refused(string advertised) =>
        Assert.Throws<ConfigException>(() => TestConfig.Load("advertised.listeners=" + advertised, Map));

    [Fact]
    public void Several_listeners_may_be_advertised_on_one_port()
    {
        ListenerConfig config = TestConfig.Load(
            "listeners=PLAINTEXT://:9092,INTERNAL://:9093", "advertised.listeners=PLAINTEXT://a:9092,INTERNAL://b:9092", Map).Listeners;
        Assert.Equal(2, config.Advertised.Count);
    }

    [Fact]
    public void The_image_listens_on_the_ports_it_advertises() =>
        Assert.Equal("PLAINTEXT://:19092", Assert.Single(TestConfig.LoadEnvironment(("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://host:19092")).Listeners.Listeners).ToString());

    [Fact]
    public void A_file_that_only_advertises_listens_on_9092() =>
        Assert.Equal("PLAINTEXT://:9092", Assert.Single(TestConfig.LoadFile("advertised.listeners=PLAINTEXT://host:19092").Listeners.Listeners).ToString());

    [Theory]
    [InlineData("inter.broker.listener.name=INTERNAL")]
    [InlineData("inter.broker.listener.name=NOWHERE")]
    [InlineData("inter.broker.listener.name=PLAINTEXT", "security.inter.broker.protocol=PLAINTEXT")]
    [InlineData("security.inter.broker.protocol=SSL")]
    public void The_inter_broker_listener_has_to_be_an_advertised_one(params string[] settings) =>
        Assert.Throws<ConfigException>(() => TestConfig.Load([.. settings, Map]));

    [Fact]
    public void The_inter_broker_listener_may_have_any_name() =>
        Assert.Equal("INTERNAL", TestConfig.Load("listeners=INTERNAL://:9092", "inter.broker.listener.name=internal", Map).Listeners.InterBrokerListenerName);

    [Fact]
    public void A_named_controller_listener_has_to_exist() =>
        Assert.Throws<ConfigException>(() => TestConfig.Load("controller.listener.names=CONTROLLER"));

    [Theory]
    [InlineData("PLAINTEXT")]
    [InlineData("PLAINTEXT:TLS")]
    [InlineData("PLAINTEXT:PLAINTEXT,PLAINTEXT:SSL")]
    [InlineData(":PLAINTEXT")]
    public void A_malformed_protocol_map_is_refused(string map) =>
        Assert.Equal("listener.security.protocol.map", Assert.Throws<ConfigException>(() => TestConfig.Load("listener.security.protocol.map=" + map)).Name);

    [Fact]
    public void Localhost_means_both_loopback_addresses_and_no_host_every_address()
    {
        Assert.Equal([IPAddress.Loopback, IPAddress.IPv6Loopback], new ListenerEndpoint("A", default, "localhost", 0).BindAddresses);
        Assert.Equal([IPAddress.IPv6Any], new ListenerEndpoint("A", default, null, 0).BindAddresses);
        Assert.Equal([IPAddress.Parse("10.0.0.1")], new ListenerEndpoint("A", default, "10.0.0.1", 0).BindAddresses);
        Assert.Null(new ListenerEndpoint("A", default, "example.com", 0).BindAddresses);
    }
}
