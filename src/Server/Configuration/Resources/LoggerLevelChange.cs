using System.Globalization;
using Compat.Wire.Messages;

namespace Compat.Server.Configuration.Resources;

/// <summary>Changes the levels of this broker's loggers (KIP-412): all that one resource asks for, or nothing.</summary>
/// <param name="levels">The levels.</param>
/// <param name="nodeId">This node.</param>
internal sealed class LoggerLevelChange(LoggerLevels levels, int nodeId)
{
    private const sbyte Set = 0;
    private const sbyte Delete = 1;
    private const sbyte Append = 2;
    private const sbyte Subtract = 3;

    /// <summary>Carries out a change, or returns why it cannot be.</summary>
    public ConfigProblem? Apply(IncrementalAlterConfigsRequest.AlterConfigsResource resource, bool validateOnly)
    {
        ConfigProblem? problem = CheckName(resource.ResourceName) ?? CheckConfigs(resource.Configs);
        if (problem is null && !validateOnly)
        {
            resource.Configs.ForEach(Apply);
        }

        return problem;
    }

    private ConfigProblem? CheckName(string name)
    {
        if (!int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int id))
        {
            return ConfigProblem.Request($"Node id must be an integer, but it is: {name}");
        }

        return id == nodeId ? null : ConfigProblem.Request($"Unexpected node id. Expected {nodeId}, but received {id}");
    }

    private ConfigProblem? CheckConfigs(List<IncrementalAlterConfigsRequest.AlterableConfig> configs)
    {
        if (configs.DistinctBy(config => config.Name).Count() != configs.Count)
        {
            return ConfigProblem.Request("Error due to duplicate config keys");
        }

        string[] nulls = [.. configs.Where(config => config.Value is null && config.ConfigOperation != Delete).Select(config => config.Name)];
        return nulls.Length > 0
            ? ConfigProblem.Request($"Null value not supported for : {string.Join(", ", nulls)}")
            : configs.Select(Check).FirstOrDefault(problem => problem is not null);
    }

    private ConfigProblem? Check(IncrementalAlterConfigsRequest.AlterableConfig config) => config.ConfigOperation switch
    {
        Set or Delete when !levels.Exists(config.Name) => ConfigProblem.Config($"Logger {config.Name} does not exist!"),
        Set when !LoggerLevels.TryParse(config.Value!, out _) => ConfigProblem.Config(
            $"Cannot set the log level of {config.Name} to {config.Value} as it is not a supported log level. Valid log levels are {string.Join(", ", LoggerLevels.Names)}"),
        Delete when config.Name == LoggerLevels.Root => ConfigProblem.Request($"Removing the log level of the {LoggerLevels.Root} logger is not allowed"),
        Set or Delete => null,
        Append => ConfigProblem.Request("APPEND operation is not allowed for the BROKER_LOGGER resource"),
        Subtract => ConfigProblem.Request("SUBTRACT operation is not allowed for the BROKER_LOGGER resource"),
        _ => ConfigProblem.Request($"Unknown operation type {config.ConfigOperation} is not allowed for the BROKER_LOGGER resource"),
    };

    private void Apply(IncrementalAlterConfigsRequest.AlterableConfig config)
    {
        if (config.ConfigOperation == Delete)
        {
            levels.Unset(config.Name);
        }
        else
        {
            levels.TrySet(config.Name, config.Value!);
        }
    }
}
