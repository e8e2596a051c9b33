using Compat.Load.Model;
using Compat.Load.Scenarios;

namespace Compat.Load.CommandLine;

/// <summary>The scenarios by name.</summary>
internal static class Catalog
{
    public static IReadOnlyList<Func<Scenario>> All { get; } =
    [
        () => new ProduceScenario(),
        () => new ConsumeScenario(),
        () => new RoundTripScenario(),
        () => new EndToEndScenario(),
        () => new EchoScenario(),
        () => new ConnectionsScenario(),
        () => new BusyScenario(),
        () => new GroupsScenario(),
        () => new TopicsScenario(),
        () => new StartScenario(),
        () => new RestartScenario(),
    ];

    /// <exception cref="ArgumentException">There is no such scenario.</exception>
    public static Func<Scenario> Find(string name)
        => All.FirstOrDefault(create => create().Name == name) ?? throw new ArgumentException($"there is no scenario '{name}'; see --help");
}
