using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>Decides IncrementalAlterConfigs (KIP-339): every resource changes as a whole or not at all.</summary>
internal sealed class IncrementalAlterConfigs
{
    private const sbyte Set = 0;
    private const sbyte Delete = 1;
    private const sbyte Append = 2;
    private const sbyte Subtract = 3;

    private readonly ControllerTurn _turn;
    private readonly List<MetadataRecord> _records = [];

    private IncrementalAlterConfigs(ControllerTurn turn) => _turn = turn;

    public static Decision<IncrementalAlterConfigsResponse> Decide(
        ControllerTurn turn,
        IncrementalAlterConfigsRequest request) => new IncrementalAlterConfigs(turn).Decide(request);

    /// <summary>The answer that fails all resources of a request.</summary>
    public static IncrementalAlterConfigsResponse Failure(IncrementalAlterConfigsRequest request, ApiError error) => new()
    {
        Responses = [.. request.Resources.Select(resource => Result(ResourceOf(resource), error))],
    };

    private Decision<IncrementalAlterConfigsResponse> Decide(IncrementalAlterConfigsRequest request)
    {
        var response = new IncrementalAlterConfigsResponse();
        HashSet<ConfigResource> duplicates = AlterConfigs.Duplicates(request.Resources.Select(ResourceOf));
        foreach (IncrementalAlterConfigsRequest.AlterConfigsResource resource in request.Resources)
        {
            ConfigResource key = ResourceOf(resource);
            response.Responses.Add(Result(
                key, duplicates.Contains(key) ? AlterConfigs.DuplicateResource : Alter(key, resource)));
        }
        return new Decision<IncrementalAlterConfigsResponse>(request.ValidateOnly ? [] : _records, response);
    }

    private ApiError Alter(ConfigResource resource, IncrementalAlterConfigsRequest.AlterConfigsResource request)
    {
        ApiError error = Check(resource, request);
        ImmutableSortedDictionary<string, string> existing = _turn.Image.Configs.Of(resource);
        ImmutableSortedDictionary<string, string>.Builder values = existing.ToBuilder();
        var changes = new List<MetadataRecord>();
        for (int i = 0; i < request.Configs.Count && !error.IsError; i++)
        {
            string name = request.Configs[i].Name;
            error = Apply(resource, request.Configs[i], values);
            string? value = values.GetValueOrDefault(name);
            // A broker's value is written even if it does not change: it makes brokers read files that it names again.
            if (value != existing.GetValueOrDefault(name) || resource.Type == ConfigResourceType.Broker)
            {
                changes.Add(AlterConfigs.Record(resource, name, value));
            }
        }
        error = error.IsError ? error : AlterConfigs.Validate(_turn, resource, values, existing);
        error = error.IsError ? error : AlterConfigs.CheckExists(_turn, resource);
        error = error.IsError ? error : EligibleReplicaConfigs.Check(_turn, resource, changes);
        if (!error.IsError)
        {
            _records.AddRange([.. changes, .. EligibleReplicaConfigs.RecordsToFollow(_turn, resource, changes)]);
        }
        return error;
    }

    private static ApiError Check(ConfigResource resource, IncrementalAlterConfigsRequest.AlterConfigsResource request)
    {
        ApiError error = AlterConfigs.CheckResource(resource);
        return error.IsError
            ? error
            : AlterConfigs.CheckNames(
                request.Configs.Select(config => config.Name),
                request.Configs.Where(c => c.Value is null && c.ConfigOperation != Delete).Select(c => c.Name));
    }

    private ApiError Apply(
        ConfigResource resource,
        IncrementalAlterConfigsRequest.AlterableConfig config,
        ImmutableSortedDictionary<string, string>.Builder values)
    {
        switch (config.ConfigOperation)
        {
            case Delete:
                values.Remove(config.Name);
                return ApiError.None;
            case Set:
                values[config.Name] = config.Value!;
                return ApiError.None;
            case Append or Subtract:
                return ApplyToList(resource, config, values);
            default:
                return new ApiError(ErrorCode.InvalidRequest, $"Unknown operations type {config.ConfigOperation}");
        }
    }

    private ApiError ApplyToList(
        ConfigResource resource,
        IncrementalAlterConfigsRequest.AlterableConfig config,
        ImmutableSortedDictionary<string, string>.Builder values)
    {
        if (!_turn.Configs.IsList(resource.Type, config.Name))
        {
            string operation = config.ConfigOperation == Append ? "APPEND" : "SUBTRACT";
            return new ApiError(
                ErrorCode.InvalidConfig, $"Can't {operation} to key {config.Name} because its type is not LIST.");
        }
        string current = values.GetValueOrDefault(config.Name)
            ?? _turn.Configs.DefaultOf(_turn.Image, resource.Type, config.Name)
            ?? "";
        List<string> parts = [.. current.Split(',', StringSplitOptions.RemoveEmptyEntries)];
        foreach (string part in config.Value!.Split(','))
        {
            if (config.ConfigOperation == Subtract)
            {
                parts.Remove(part);
            }
            else if (!parts.Contains(part))
            {
                parts.Add(part);
            }
        }
        values[config.Name] = string.Join(',', parts);
        return ApiError.None;
    }

    private static ConfigResource ResourceOf(IncrementalAlterConfigsRequest.AlterConfigsResource resource) =>
        new((ConfigResourceType)resource.ResourceType, resource.ResourceName);

    private static IncrementalAlterConfigsResponse.AlterConfigsResourceResponse Result(
        ConfigResource resource,
        ApiError error) => new()
        {
            ErrorCode = error.Code,
            ErrorMessage = error.Message,
            ResourceType = (sbyte)resource.Type,
            ResourceName = resource.Name,
        };
}
