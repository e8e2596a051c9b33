using System.Globalization;
using Compat.Replication.Metadata;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Description;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// DescribeConfigs, v1-4: every setting of topics, brokers, loggers, client-metrics subscriptions and groups, with the
/// value in force and where it comes from. Synonyms when asked for; types from v3, documentation from v3 when asked for.
/// One result for each resource, in the order of the request.
/// </summary>
public sealed class DescribeConfigsHandler : ApiHandler<DescribeConfigsRequest, DescribeConfigsResponse>
{
    private readonly Func<MetadataImage> _image;
    private readonly DynamicBrokerConfig _broker;
    private readonly LoggerLevels _loggers;

    /// <summary>Describes the resources of an image, and this broker.</summary>
    public DescribeConfigsHandler(Func<MetadataImage> image, DynamicBrokerConfig broker, LoggerLevels loggers)
    {
        _image = image;
        _broker = broker;
        _loggers = loggers;
    }

    /// <inheritdoc/>
    public override ValueTask<DescribeConfigsResponse?> HandleAsync(DescribeConfigsRequest request, RequestContext context)
    {
        MetadataImage image = _image();
        DescribeConfigsResponse response = new();
        foreach (DescribeConfigsRequest.DescribeConfigsResource resource in request.Resources)
        {
            response.Results.Add(Describe(resource, image, request));
        }

        return ValueTask.FromResult<DescribeConfigsResponse?>(response);
    }

    private DescribeConfigsResponse.DescribeConfigsResult Describe(
        DescribeConfigsRequest.DescribeConfigsResource resource, MetadataImage image, DescribeConfigsRequest request)
    {
        DescribeConfigsResponse.DescribeConfigsResult result = new() { ResourceType = resource.ResourceType, ResourceName = resource.ResourceName };
        (result.ErrorCode, result.ErrorMessage) = Check(resource, image);
        if (result.ErrorCode == ErrorCode.None)
        {
            result.Configs = [.. Entries(resource, image, request).Where(entry => IsAskedFor(entry, resource))];
        }

        return result;
    }

    /// <summary>Clients send null for everything; an empty list means the same.</summary>
    private static bool IsAskedFor(
        DescribeConfigsResponse.DescribeConfigsResourceResult entry, DescribeConfigsRequest.DescribeConfigsResource resource) =>
        resource.ConfigurationKeys is not { Count: > 0 } keys || keys.Contains(entry.Name);

    private (ErrorCode Code, string? Message) Check(DescribeConfigsRequest.DescribeConfigsResource resource, MetadataImage image)
    {
        string name = resource.ResourceName;
        return (ConfigResourceType)resource.ResourceType switch
        {
            ConfigResourceType.Topic => CheckTopic(name, image),
            ConfigResourceType.Broker => name.Length == 0 ? default : CheckBrokerId(name, " or empty string"),
            ConfigResourceType.BrokerLogger => name.Length == 0 ? Refuse("Broker id must not be empty") : CheckBrokerId(name, string.Empty),
            ConfigResourceType.ClientMetrics => name.Length == 0 ? Refuse("Client metrics subscription name must not be empty") : default,
            ConfigResourceType.Group => name.Length == 0 ? Refuse("Group name must not be empty") : default,
            _ => Refuse($"Unsupported resource type: {resource.ResourceType}"),
        };
    }

    private static (ErrorCode Code, string? Message) CheckTopic(string name, MetadataImage image) =>
        TopicName.ReasonInvalid(name) is { } reason ? (ErrorCode.InvalidTopicException, (string?)reason)
        : image.Topics.TryGet(name, out _) ? default
        : (ErrorCode.UnknownTopicOrPartition, null);

    private (ErrorCode Code, string? Message) CheckBrokerId(string name, string alternative)
    {
        if (!int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int id))
        {
            return Refuse($"Broker id must be an integer, but it is: {name}");
        }

        int nodeId = _broker.Current.Node.NodeId;
        return id == nodeId ? default : Refuse($"Unexpected broker id, expected {nodeId}{alternative}, but received {name}");
    }

    private static (ErrorCode Code, string? Message) Refuse(string message) => (ErrorCode.InvalidRequest, message);

    private IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> Entries(
        DescribeConfigsRequest.DescribeConfigsResource resource, MetadataImage image, DescribeConfigsRequest request)
    {
        ConfigResourceType type = (ConfigResourceType)resource.ResourceType;
        ConfigDescriber describer = new(_broker.Current);
        IReadOnlyDictionary<string, string> own = image.Configs.Of(new ConfigResource(type, resource.ResourceName));
        IEnumerable<ConfigEntry> entries = type switch
        {
            ConfigResourceType.Topic => describer.Topic(own),
            ConfigResourceType.Group => describer.Group(own),
            ConfigResourceType.ClientMetrics => describer.ClientMetrics(own),
            ConfigResourceType.Broker when resource.ResourceName.Length == 0 => describer.BrokerDefaults(),
            ConfigResourceType.Broker => describer.Broker(),
            _ => [],
        };
        return type == ConfigResourceType.BrokerLogger
            ? _loggers.All().Select(ToResult)
            : entries.Select(entry => entry.ToResult(request.IncludeSynonyms, request.IncludeDocumentation));
    }

    private static DescribeConfigsResponse.DescribeConfigsResourceResult ToResult(KeyValuePair<string, string> level) => new()
    {
        Name = level.Key,
        Value = level.Value,
        ConfigSource = (sbyte)ConfigSource.BrokerLogger,
    };
}
