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
        // A listener for clients behind the proxy and one for the test itself, each with its own advertised address.
        int direct = BrokerProcess.FreePort();
        _broker = await BrokerProcess.StartAsync(new Dictionary<string, string>(SharedBroker.QuickSettings)
        {
            ["listeners"] = $"PROXIED://127.0.0.1:{BrokerProcess.FreePort()},DIRECT://127.0.0.1:{direct}",
            ["advertised.listeners"] = $"PROXIED://{Proxy.Address},DIRECT://127.0.0.1:{direct}",
            ["listener.security.protocol.map"] = "PROXIED:PLAINTEXT,DIRECT:PLAINTEXT",
            ["inter.broker.listener.name"] = "DIRECT",
        });
        Proxy.ForwardTo(_broker.Bootstrap);
        DirectBootstrap = $"127.0.0.1:{direct}";
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
