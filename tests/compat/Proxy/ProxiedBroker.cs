using Compat.Clients.Tests.Broker;

namespace Compat.Clients.Tests.Proxy;

/// <summary>A broker that advertises a proxy's address, and the proxy.</summary>
public sealed class ProxiedBroker : IAsyncLifetime
{
    private BrokerProcess? _broker;

    internal FaultyProxy Proxy { get; } = new();

    /// <summary>The way through the proxy.</summary>
    public string Bootstrap => Proxy.Address;

    public async ValueTask InitializeAsync()
    {
        // A listener for clients behind the proxy, who are told the proxy's address, and one for the test itself, who is told the one it dialled.
        _broker = await BrokerProcess.StartAsync(new Dictionary<string, string>(SharedBroker.QuickSettings)
        {
            ["listeners"] = "PROXIED://127.0.0.1:0,DIRECT://127.0.0.1:0",
            ["advertised.listeners"] = $"PROXIED://{Proxy.Address},DIRECT://127.0.0.1:0",
            ["listener.security.protocol.map"] = "PROXIED:PLAINTEXT,DIRECT:PLAINTEXT",
            ["inter.broker.listener.name"] = "DIRECT",
        });
        Proxy.ForwardTo(_broker.Bootstrap);
        DirectBootstrap = _broker.BootstrapOf("DIRECT");
    }

    /// <summary>The way round it.</summary>
    public string DirectBootstrap { get; private set; } = "";

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }
}
