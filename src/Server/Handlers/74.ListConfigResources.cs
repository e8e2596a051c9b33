using Compat.Replication.Metadata;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// ListConfigResources, v0-1: what has, or may have, settings (KIP-1142). v0 lists subscriptions to client metrics; v1 the types asked for, all of
/// them when none is named. A type that is not listed is answered with UNSUPPORTED_VERSION.
/// </summary>
public sealed class ListConfigResourcesHandler : ApiHandler<ListConfigResourcesRequest, ListConfigResourcesResponse>
{
    private static readonly ConfigResourceType[] Types =
        [ConfigResourceType.Group, ConfigResourceType.ClientMetrics, ConfigResourceType.BrokerLogger, ConfigResourceType.Broker, ConfigResourceType.Topic];

    private readonly Func<MetadataImage> _image;

    /// <summary>Lists the resources of an image.</summary>
    public ListConfigResourcesHandler(Func<MetadataImage> image)
    {
        _image = image;
    }

    /// <inheritdoc/>
    public override ValueTask<ListConfigResourcesResponse?> HandleAsync(ListConfigResourcesRequest request, RequestContext context)
    {
        ConfigResourceType[] asked = context.ApiVersion == 0 ? [ConfigResourceType.ClientMetrics]
            : request.ResourceTypes.Count == 0 ? Types
            : [.. request.ResourceTypes.Select(type => (ConfigResourceType)type)];
        MetadataImage image = _image();
        ListConfigResourcesResponse response = asked.Except(Types).Any()
            ? new() { ErrorCode = ErrorCode.UnsupportedVersion }
            : new() { ConfigResources = [.. Types.Where(asked.Contains).SelectMany(type => List(type, image))] };
        return ValueTask.FromResult<ListConfigResourcesResponse?>(response);
    }

    private static IEnumerable<ListConfigResourcesResponse.ConfigResource> List(ConfigResourceType type, MetadataImage image)
    {
        IEnumerable<string> names = type switch
        {
            ConfigResourceType.Topic => image.Topics.ByName.Keys,
            ConfigResourceType.Broker or ConfigResourceType.BrokerLogger =>
                image.Cluster.Brokers.Values.Where(broker => !broker.Fenced).Select(broker => ConfigResource.Broker(broker.Id).Name),
            _ => image.Configs.ByResource.Keys.Where(resource => resource.Type == type).Select(resource => resource.Name),
        };
        return names.Order(StringComparer.Ordinal).Select(name => new ListConfigResourcesResponse.ConfigResource { ResourceName = name, ResourceType = (sbyte)type });
    }
}
