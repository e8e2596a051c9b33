using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Compat.Log.Configuration;

/// <summary>The settings of one kind of resource, by name and in the order of their names.</summary>
public sealed class ConfigCatalog
{
    private readonly FrozenDictionary<string, ConfigDefinition> _byName;

    /// <summary>A catalog of definitions whose names differ.</summary>
    public ConfigCatalog(params IEnumerable<ConfigDefinition> definitions)
    {
        All = [.. definitions.OrderBy(definition => definition.Name, StringComparer.Ordinal)];
        _byName = All.ToFrozenDictionary(definition => definition.Name, StringComparer.Ordinal);
    }

    /// <summary>Every definition, ordered by name, those for tests included.</summary>
    public IReadOnlyList<ConfigDefinition> All { get; }

    /// <summary>The definitions that are described to clients, ordered by name.</summary>
    public IEnumerable<ConfigDefinition> Public => All.Where(definition => !definition.IsInternal);

    /// <summary>The definition of a name that is known to exist.</summary>
    /// <exception cref="KeyNotFoundException">There is no such setting.</exception>
    public ConfigDefinition this[string name] => _byName[name];

    /// <summary>Finds the definition of a name.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out ConfigDefinition definition) => _byName.TryGetValue(name, out definition);

    /// <summary>True when there is a setting of that name.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);
}
