using System.Collections.Immutable;
using Compat.Wire.Messages;

namespace Compat.Replication.Metadata;

/// <summary>What a batch of records does to the configurations.</summary>
public sealed class ConfigurationsDelta
{
    private readonly ConfigurationsImage _before;
    private readonly Dictionary<ConfigResource, ImmutableSortedDictionary<string, string>.Builder> _changed = [];

    internal ConfigurationsDelta(ConfigurationsImage before) => _before = before;

    /// <summary>Resources with a value set or removed.</summary>
    public IReadOnlyCollection<ConfigResource> Changed => _changed.Keys;

    internal void Replay(ConfigRecord record)
    {
        ImmutableSortedDictionary<string, string>.Builder values =
            Touch(new ConfigResource((ConfigResourceType)record.ResourceType, record.ResourceName));
        if (record.Value is null)
        {
            values.Remove(record.Name);
        }
        else
        {
            values[record.Name] = record.Value;
        }
    }

    /// <summary>A topic's configurations go with the topic.</summary>
    internal void Remove(ConfigResource resource)
    {
        if (_changed.ContainsKey(resource) || _before.ByResource.ContainsKey(resource))
        {
            Touch(resource).Clear();
        }
    }

    internal void ReplayDifference(ConfigurationsImage after)
    {
        foreach (ConfigResource resource in _before.ByResource.Keys)
        {
            Touch(resource).Clear();
        }
        foreach ((ConfigResource resource, ImmutableSortedDictionary<string, string> values) in after.ByResource)
        {
            Touch(resource).AddRange(values);
        }
    }

    internal ConfigurationsImage Apply()
    {
        PersistentMap<ConfigResource, ImmutableSortedDictionary<string, string>>.Builder map = _before.ByResource.ToBuilder();
        foreach ((ConfigResource resource, ImmutableSortedDictionary<string, string>.Builder values) in _changed)
        {
            if (values.Count == 0)
            {
                map.Remove(resource);
            }
            else
            {
                map.Set(resource, values.ToImmutable());
            }
        }
        return new ConfigurationsImage(map.ToImmutable());
    }

    private ImmutableSortedDictionary<string, string>.Builder Touch(ConfigResource resource)
    {
        if (!_changed.TryGetValue(resource, out ImmutableSortedDictionary<string, string>.Builder? values))
        {
            _changed[resource] = values = _before.Of(resource).ToBuilder();
        }
        return values;
    }
}
