using Compat.Log.Configuration;

namespace Compat.Server.Configuration.Listeners;

/// <summary>Where clients connect and what they are told about it.</summary>
public sealed record ListenerConfig
{
    /// <summary>The listeners for clients and brokers.</summary>
    public required IReadOnlyList<ListenerEndpoint> Listeners { get; init; }

    /// <summary>
    /// The listeners of the controller role, for controllers and brokers. A quorum of one needs none.
    /// </summary>
    public required IReadOnlyList<ListenerEndpoint> ControllerListeners { get; init; }

    /// <summary>
    /// The addresses that <c>advertised.listeners</c> gives, by listener name. A client of a listener that is not in here is told the address and
    /// port it dialled; where the host is null, the address it dialled and the port given here.
    /// </summary>
    public required IReadOnlyDictionary<string, ListenerEndpoint> Advertised { get; init; }

    /// <summary>The listener that other brokers would use.</summary>
    public required string InterBrokerListenerName { get; init; }

    /// <summary>How connections to controllers are protected.</summary>
    public required SecurityProtocol ControllerProtocol { get; init; }

    /// <summary>Reads and checks everything about listeners.</summary>
    /// <exception cref="ConfigException">A setting contradicts itself or another, or asks for a protocol other than PLAINTEXT.</exception>
    internal static ListenerConfig From(ConfigValues values, NodeConfig node)
    {
        string[] controllerNames = [.. values.List("controller.listener.names").Select(name => name.ToUpperInvariant())];
        Dictionary<string, SecurityProtocol> protocols = ProtocolMap.From(values, controllerNames);
        IReadOnlyList<ListenerEndpoint> all = new ListenerParser("listeners", protocols).Parse(values.List("listeners"), distinctPorts: true);
        string[]? advertisedEntries = values.Optional<string[]>("advertised.listeners");
        IReadOnlyList<ListenerEndpoint> advertised = advertisedEntries is null
            ? []
            : new ListenerParser("advertised.listeners", protocols).Parse(advertisedEntries, distinctPorts: false);
        ListenerConfig config = new()
        {
            Listeners = [.. all.Where(endpoint => !controllerNames.Contains(endpoint.Name))],
            ControllerListeners = [.. all.Where(endpoint => controllerNames.Contains(endpoint.Name))],
            Advertised = advertised.Where(endpoint => !controllerNames.Contains(endpoint.Name)).ToDictionary(endpoint => endpoint.Name),
            InterBrokerListenerName = InterBrokerName(values, protocols),
            ControllerProtocol = protocols.GetValueOrDefault(controllerNames[0]),
        };
        ListenerRules.Check(config, values, controllerNames, node);
        return config;
    }

    private static string InterBrokerName(ConfigValues values, Dictionary<string, SecurityProtocol> protocols)
    {
        string? name = values.Optional<string>("inter.broker.listener.name")?.ToUpperInvariant();
        if (name is null)
        {
            return values.Required<string>("security.inter.broker.protocol");
        }

        if (values.IsSet("security.inter.broker.protocol"))
        {
            throw new ConfigException("Only one of inter.broker.listener.name and security.inter.broker.protocol can be set");
        }

        return protocols.ContainsKey(name)
            ? name
            : throw new ConfigException("inter.broker.listener.name", name, "listener.security.protocol.map does not name it");
    }
}
