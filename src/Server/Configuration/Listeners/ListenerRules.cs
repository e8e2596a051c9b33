using Compat.Log.Configuration;

namespace Compat.Server.Configuration.Listeners;

/// <summary>What has to hold between the settings about listeners.</summary>
internal static class ListenerRules
{
    /// <summary>Checks them all.</summary>
    /// <exception cref="ConfigException">One does not hold.</exception>
    public static void Check(ListenerConfig config, ConfigValues values, string[] controllerNames, NodeConfig node)
    {
        foreach (ListenerEndpoint endpoint in config.Listeners.Concat(config.ControllerListeners))
        {
            if (endpoint.Protocol != SecurityProtocol.Plaintext)
            {
                throw new ConfigException("listeners", endpoint.ToString(),
                    $"it uses {SecurityProtocols.NameOf(endpoint.Protocol)}, and only PLAINTEXT listeners work so far");
            }
        }

        CheckControllers(config, values, controllerNames, node);
        if (node.IsBroker)
        {
            CheckAdvertised(config);
        }
    }

    private static void CheckControllers(ListenerConfig config, ConfigValues values, string[] controllerNames, NodeConfig node)
    {
        if (!node.IsController)
        {
            if (config.ControllerListeners.Count > 0)
            {
                throw new ConfigException("listeners", string.Join(',', config.ControllerListeners), "with process.roles=broker there must be no listener of controller.listener.names");
            }

            return;
        }

        // Naming controller listeners is what a configuration for Apache Kafka does; then they have to exist.
        if (values.IsSet("controller.listener.names") && config.ControllerListeners.Count != controllerNames.Length)
        {
            string missing = controllerNames.First(name => config.ControllerListeners.All(endpoint => endpoint.Name != name));
            throw new ConfigException("controller.listener.names", string.Join(',', controllerNames), $"listener {missing} is not one of listeners");
        }

        if (config.ControllerListeners.Count == 0 && values.List("controller.quorum.voters").Length > 1)
        {
            throw new ConfigException("listeners", string.Join(',', config.Listeners), $"one of them has to be {controllerNames[0]}, by which the other voters reach this node");
        }

        if (!node.IsBroker && config.Listeners.Count > 0)
        {
            throw new ConfigException("listeners", string.Join(',', config.Listeners), "with process.roles=controller there must be no listener outside of controller.listener.names");
        }

        if (node.IsBroker && config.Listeners.Count == 0)
        {
            throw new ConfigException("listeners", string.Join(',', config.ControllerListeners), "at least one listener must not be in controller.listener.names");
        }
    }

    private static void CheckAdvertised(ListenerConfig config)
    {
        string[] names = [.. config.Listeners.Select(endpoint => endpoint.Name)];
        foreach (ListenerEndpoint endpoint in config.Advertised.Values)
        {
            if (!names.Contains(endpoint.Name))
            {
                throw new ConfigException("advertised.listeners", endpoint.ToString(), $"listener {endpoint.Name} is not one of listeners, which are {string.Join(", ", names)}");
            }

            if (endpoint.Host is "0.0.0.0" or "::")
            {
                throw new ConfigException("advertised.listeners", endpoint.ToString(), "clients need an address they can connect to, not one that stands for every address");
            }
        }

        string[] reachable = config.Advertised.Count > 0 ? [.. config.Advertised.Keys] : names;
        if (!reachable.Contains(config.InterBrokerListenerName))
        {
            throw new ConfigException("inter.broker.listener.name", config.InterBrokerListenerName, $"it must be one of the advertised listeners, which are {string.Join(", ", reachable)}");
        }
    }
}
