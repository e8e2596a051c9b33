using Compat.Server.Configuration;
using Compat.Server.Configuration.Sources;

namespace Compat.Server.Tests.Configuration;

/// <summary>Configurations as tests write them.</summary>
internal static class TestConfig
{
    public static HostProfile Machine { get; } = new(IsContainer: false, DataDirectory: "/home/me/data");

    public static HostProfile Container { get; } = new(IsContainer: true, DataDirectory: "/data");

    public static BrokerConfig Load(params string[] overrides) =>
        BrokerConfig.Load(new ConfigInputs { Host = Machine, Overrides = OverrideSource.Parse(overrides) });

    public static BrokerConfig LoadFile(string text, HostProfile? host = null) =>
        BrokerConfig.Load(new ConfigInputs { Host = host ?? Machine, File = PropertiesText.Parse(text, "server.properties") });

    public static BrokerConfig LoadEnvironment(params (string Name, string Value)[] variables) =>
        BrokerConfig.Load(new ConfigInputs
        {
            Host = Container,
            Environment = EnvironmentSource.Read(variables.ToDictionary(variable => variable.Name, variable => variable.Value)),
        });
}
