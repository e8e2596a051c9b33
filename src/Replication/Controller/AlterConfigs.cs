using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>What AlterConfigs and IncrementalAlterConfigs share, and topics that are created with configurations.</summary>
internal static class AlterConfigs
{
    /// <summary>Longest value, in characters: what an append makes must fit, too.</summary>
    public const int MaxValueLength = short.MaxValue;

    /// <summary>The record that sets a value, or removes it if it is null.</summary>
    public static MetadataRecord Record(ConfigResource resource, string name, string? value) => new(
        new ConfigRecord
        {
            ResourceType = (sbyte)resource.Type,
            ResourceName = resource.Name,
            Name = name,
            Value = value,
        },
        0);

    /// <summary>Checks all values a resource would have.</summary>
    public static ApiError Validate(
        ControllerTurn turn,
        ConfigResource resource,
        IReadOnlyDictionary<string, string> values,
        IReadOnlyDictionary<string, string> existing)
    {
        return values.Values.Any(value => value.Length > MaxValueLength)
            ? new ApiError(
                ErrorCode.InvalidConfig,
                "The configuration value cannot be added because it exceeds the maximum value size of "
                    + $"{MaxValueLength} bytes.")
            : turn.Configs.Validate(resource, values, existing);
    }

    /// <summary>Checks that a resource is one that can have configurations, whether or not it exists.</summary>
    public static ApiError CheckResource(ConfigResource resource) => resource.Type switch
    {
        ConfigResourceType.Topic when resource.Name.Length == 0 =>
            new ApiError(ErrorCode.InvalidRequest, "Default topic resources are not allowed."),
        ConfigResourceType.Topic when TopicName.ReasonInvalid(resource.Name) is { } reason =>
            new ApiError(ErrorCode.InvalidTopicException, reason),
        ConfigResourceType.Group when resource.Name.Length == 0 =>
            new ApiError(ErrorCode.InvalidRequest, "Default group resources are not allowed."),
        ConfigResourceType.Broker when resource.Name.Length > 0 && !int.TryParse(resource.Name, out _) =>
            new ApiError(ErrorCode.InvalidRequest, $"Node id must be an integer, but it is: {resource.Name}"),
        ConfigResourceType.Topic or ConfigResourceType.Broker => ApiError.None,
        ConfigResourceType.ClientMetrics or ConfigResourceType.Group => ApiError.None,
        _ => new ApiError(ErrorCode.InvalidRequest, $"Unknown resource type {(sbyte)resource.Type}"),
    };

    /// <summary>Checks that a resource exists; groups and metrics subscriptions begin with their first configuration.</summary>
    public static ApiError CheckExists(ControllerTurn turn, ConfigResource resource)
    {
        switch (resource.Type)
        {
            case ConfigResourceType.Topic when !turn.Image.Topics.ByName.ContainsKey(resource.Name):
                return new ApiError(ErrorCode.UnknownTopicOrPartition, $"The topic '{resource.Name}' does not exist.");
            case ConfigResourceType.Broker when resource.Name.Length > 0
                && !turn.Image.Cluster.Brokers.ContainsKey(int.Parse(resource.Name)):
                return new ApiError(ErrorCode.BrokerIdNotRegistered, $"No node with id {resource.Name} found.");
            default:
                return ApiError.None;
        }
    }

    /// <summary>The answer when a request names a resource several times.</summary>
    public static ApiError DuplicateResource =>
        new(ErrorCode.InvalidRequest, "Each resource must appear at most once.");

    /// <summary>Checks that a request names each configuration once, and none without the value it needs.</summary>
    public static ApiError CheckNames(IEnumerable<string> names, IEnumerable<string> withoutValue)
    {
        var seen = new HashSet<string>();
        if (!names.All(seen.Add))
        {
            return new ApiError(ErrorCode.InvalidRequest, "Error due to duplicate config keys");
        }
        string[] nulls = [.. withoutValue];
        return nulls.Length > 0
            ? new ApiError(ErrorCode.InvalidRequest, $"Null value not supported for : {string.Join(", ", nulls)}")
            : ApiError.None;
    }

    /// <summary>The resources that are named several times.</summary>
    public static HashSet<ConfigResource> Duplicates(IEnumerable<ConfigResource> resources) =>
        [.. resources.GroupBy(resource => resource).Where(group => group.Count() > 1).Select(group => group.Key)];
}
