using System.Collections.Immutable;
using Compat.Replication.Metadata;
using Compat.Wire.Messages;

namespace Compat.Replication.Controller;

/// <summary>Decides AlterConfigs, which replaces all values of a resource: what it does not name is removed.</summary>
internal sealed class LegacyAlterConfigs
{
    private readonly ControllerTurn _turn;
    private readonly List<MetadataRecord> _records = [];

    private LegacyAlterConfigs(ControllerTurn turn) => _turn = turn;

    public static Decision<AlterConfigsResponse> Decide(ControllerTurn turn, AlterConfigsRequest request) =>
        new LegacyAlterConfigs(turn).Decide(request);

    /// <summary>The answer that fails all resources of a request.</summary>
    public static AlterConfigsResponse Failure(AlterConfigsRequest request, ApiError error) => new()
    {
        Responses = [.. request.Resources.Select(resource => Result(ResourceOf(resource), error))],
    };

    private Decision<AlterConfigsResponse> Decide(AlterConfigsRequest request)
    {
        var response = new AlterConfigsResponse();
        HashSet<ConfigResource> duplicates = AlterConfigs.Duplicates(request.Resources.Select(ResourceOf));
        foreach (AlterConfigsRequest.AlterConfigsResource resource in request.Resources)
        {
            ConfigResource key = ResourceOf(resource);
            response.Responses.Add(Result(
                key, duplicates.Contains(key) ? AlterConfigs.DuplicateResource : Alter(key, resource)));
        }
        return new Decision<AlterConfigsResponse>(request.ValidateOnly ? [] : _records, response);
    }

    private ApiError Alter(ConfigResource resource, AlterConfigsRequest.AlterConfigsResource request)
    {
        ApiError error = Check(resource, request);
        if (error.IsError)
        {
            return error;
        }
        ImmutableSortedDictionary<string, string> existing = _turn.Image.Configs.Of(resource);
        ImmutableSortedDictionary<string, string>.Builder values = ConfigurationsImage.None.ToBuilder();
        foreach (AlterConfigsRequest.AlterableConfig config in request.Configs)
        {
            values[config.Name] = config.Value!;
        }
        error = AlterConfigs.Validate(_turn, resource, values, existing);
        error = error.IsError ? error : AlterConfigs.CheckExists(_turn, resource);
        List<MetadataRecord> changes = [.. Changes(resource, existing, values)];
        error = error.IsError ? error : EligibleReplicaConfigs.Check(_turn, resource, changes);
        if (!error.IsError)
        {
            _records.AddRange([.. changes, .. EligibleReplicaConfigs.RecordsToFollow(_turn, resource, changes)]);
        }
        return error;
    }

    private static ApiError Check(ConfigResource resource, AlterConfigsRequest.AlterConfigsResource request)
    {
        ApiError error = AlterConfigs.CheckResource(resource);
        return error.IsError
            ? error
            : AlterConfigs.CheckNames(
                request.Configs.Select(config => config.Name),
                request.Configs.Where(config => config.Value is null).Select(config => config.Name));
    }

    private static IEnumerable<MetadataRecord> Changes(
        ConfigResource resource,
        ImmutableSortedDictionary<string, string> existing,
        ImmutableSortedDictionary<string, string>.Builder values)
    {
        foreach ((string name, string value) in values)
        {
            if (value != existing.GetValueOrDefault(name) || resource.Type == ConfigResourceType.Broker)
            {
                yield return AlterConfigs.Record(resource, name, value);
            }
        }
        foreach (string name in existing.Keys.Where(name => !values.ContainsKey(name)))
        {
            yield return AlterConfigs.Record(resource, name, null);
        }
    }

    private static ConfigResource ResourceOf(AlterConfigsRequest.AlterConfigsResource resource) =>
        new((ConfigResourceType)resource.ResourceType, resource.ResourceName);

    private static AlterConfigsResponse.AlterConfigsResourceResponse Result(ConfigResource resource, ApiError error) => new()
    {
        ErrorCode = error.Code,
        ErrorMessage = error.Message,
        ResourceType = (sbyte)resource.Type,
        ResourceName = resource.Name,
    };
}
