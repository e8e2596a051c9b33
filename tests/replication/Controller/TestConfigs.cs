using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Wire;

namespace Compat.Replication.Tests.Controller;

/// <summary>A few configurations: numbers, a list, a text.</summary>
internal sealed class TestConfigs : IConfigValidator
{
    private static readonly string[] Names = ["cleanup.policy", "compression.type", "min.insync.replicas", "retention.ms", "segment.bytes"];

    public ApiError Validate(
        ConfigResource resource,
        IReadOnlyDictionary<string, string> values,
        IReadOnlyDictionary<string, string> existing)
    {
        foreach ((string name, string value) in values)
        {
            if (!Names.Contains(name) || (name == "retention.ms" && !long.TryParse(value, out _)))
            {
                return new ApiError(ErrorCode.InvalidConfig, $"Invalid value {value} for configuration {name}");
            }
        }
        return ApiError.None;
    }

    public bool IsList(ConfigResourceType type, string name) => name == "cleanup.policy";

    public string? DefaultOf(MetadataImage image, ConfigResourceType type, string name) =>
        name == "cleanup.policy" ? "delete" : null;

    public IReadOnlyList<EffectiveConfig> EffectiveTopicConfigs(
        MetadataImage image, IReadOnlyDictionary<string, string> topicValues) =>
    [
        .. Names.Select(name => topicValues.TryGetValue(name, out string? value)
            ? new EffectiveConfig(name, value, 1, false, false)
            : new EffectiveConfig(name, "default", 5, false, false)),
    ];
}
