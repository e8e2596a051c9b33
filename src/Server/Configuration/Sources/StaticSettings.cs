using Compat.Log.Configuration;

namespace Compat.Server.Configuration.Sources;

/// <summary>The settings a broker starts with, each value checked by itself.</summary>
/// <param name="Values">What was set, over this broker's own defaults.</param>
/// <param name="Profile">The names that only have this broker's own default.</param>
/// <param name="Warnings">One line for each name that no setting has.</param>
internal sealed record StaticSettings(
    IReadOnlyDictionary<string, string> Values, IReadOnlySet<string> Profile, IReadOnlyList<string> Warnings)
{
    private const string ListenerPrefix = "listener.name.";

    /// <summary>Lays the sources over each other: file, then environment, then command line.</summary>
    /// <exception cref="ConfigException">A value is not one the setting can have.</exception>
    public static StaticSettings From(ConfigInputs inputs)
    {
        Dictionary<string, ConfigAssignment> given = new(StringComparer.Ordinal);
        foreach (ConfigAssignment assignment in inputs.File.Concat(inputs.Environment).Concat(inputs.Overrides))
        {
            given[assignment.Name] = assignment;
        }

        Dictionary<string, string> values = new(StringComparer.Ordinal);
        HashSet<string> profile = new(StringComparer.Ordinal);
        bool isAlone = !NamesOthers(given);
        foreach ((string name, string value, _) in BrokerDefaults.On(inputs.Host).Where(entry => !given.ContainsKey(entry.Name) && (isAlone || !BrokerDefaults.IsForSingleNode(entry.Reason))))
        {
            values[name] = value;
            profile.Add(name);
        }

        List<string> warnings = [];
        foreach (ConfigAssignment assignment in given.Values)
        {
            Check(assignment, warnings);
            values[assignment.Name] = assignment.Value;
        }

        AddNodeId(given, values, profile);
        AddListeners(given, values, profile);
        return new StaticSettings(values, profile, warnings);
    }

    private static bool NamesOthers(Dictionary<string, ConfigAssignment> given) =>
        (given.TryGetValue("controller.quorum.voters", out ConfigAssignment? voters) && ConfigText.SplitList(voters.Value).Length > 1)
        || (given.TryGetValue("process.roles", out ConfigAssignment? roles) && !ConfigText.SplitList(roles.Value).Contains("controller"));

    private static void Check(ConfigAssignment assignment, List<string> warnings)
    {
        if (!BrokerConfigs.Catalog.TryGet(BaseNameOf(assignment.Name), out ConfigDefinition? definition))
        {
            warnings.Add($"Unknown configuration {assignment.Name} ({assignment.Origin}) is ignored");
            return;
        }

        definition.Parse(assignment.Value, assignment.Origin);
        if (definition.IsDynamicOnly)
        {
            throw new ConfigException(assignment.Name, assignment.Value, "it can only be set while the broker runs", assignment.Origin);
        }
    }

    /// <summary>
    /// The setting behind <c>listener.name.{name}.{setting}</c> or <c>listener.name.{name}.{mechanism}.{setting}</c>, which
    /// holds for one listener only.
    /// </summary>
    internal static string BaseNameOf(string name)
    {
        if (!name.StartsWith(ListenerPrefix, StringComparison.Ordinal))
        {
            return name;
        }

        string baseName = AfterPoint(name[ListenerPrefix.Length..]);
        return BrokerConfigs.Catalog.Contains(baseName) ? baseName : AfterPoint(baseName);
    }

    private static string AfterPoint(string text) => text[(text.IndexOf('.', StringComparison.Ordinal) + 1)..];

    /// <summary>broker.id alone names the node, as it did before KRaft.</summary>
    private static void AddNodeId(Dictionary<string, ConfigAssignment> given, Dictionary<string, string> values, HashSet<string> profile)
    {
        if (given.TryGetValue("broker.id", out ConfigAssignment? brokerId) && profile.Remove("node.id"))
        {
            values["node.id"] = brokerId.Value;
        }
    }

    /// <summary>
    /// When only addresses to advertise were given, the broker listens on every address: on their ports if they came from
    /// the environment, as Apache Kafka's image does, and on 9092 otherwise, as Apache Kafka does.
    /// </summary>
    private static void AddListeners(Dictionary<string, ConfigAssignment> given, Dictionary<string, string> values, HashSet<string> profile)
    {
        if (!profile.Contains("listeners") || !given.TryGetValue("advertised.listeners", out ConfigAssignment? advertised))
        {
            return;
        }

        values["listeners"] = advertised.Origin.StartsWith("environment", StringComparison.Ordinal)
            ? string.Join(',', ConfigText.SplitList(advertised.Value).Select(WithoutHost))
            : "PLAINTEXT://:9092";
    }

    private static string WithoutHost(string entry)
    {
        int scheme = entry.IndexOf("://", StringComparison.Ordinal);
        int colon = entry.LastIndexOf(':');
        return scheme < 0 || colon < scheme + 3 ? entry : entry[..(scheme + 3)] + entry[colon..];
    }
}
