using System.Text.RegularExpressions;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// ApiVersions, v0-5: what this broker can do. The list is made from the handlers. v3 names the client's software
/// (KIP-511) and the features (KIP-584), v5 checks that the client reached the node it meant (KIP-1242). A version
/// that is unknown is answered in v0 with UNSUPPORTED_VERSION and the list, so that the client can choose again.
/// </summary>
public sealed partial class ApiVersionsHandler : ApiHandler<ApiVersionsRequest, ApiVersionsResponse>
{
    /// <summary>The version in which an unknown version is answered.</summary>
    internal const short FallbackVersion = 0;

    /// <summary>Before this version, clients fail on a feature whose lowest level is 0 (KAFKA-17492).</summary>
    private const short FirstWithLevelZero = 4;

    private readonly Func<ApiHandlers> _handlers;
    private readonly IBrokerIdentity _identity;

    /// <summary>Answers with the handlers that <paramref name="handlers"/> has once all are made.</summary>
    internal ApiVersionsHandler(Func<ApiHandlers> handlers, IBrokerIdentity identity)
    {
        _handlers = handlers;
        _identity = identity;
    }

    /// <inheritdoc/>
    public override ValueTask<ApiVersionsResponse?> HandleAsync(ApiVersionsRequest request, RequestContext context) =>
        ValueTask.FromResult<ApiVersionsResponse?>(Handle(request, context));

    /// <summary>The answer to a version that is unknown, to be encoded in <see cref="FallbackVersion"/>.</summary>
    internal ApiVersionsResponse AnswerUnsupportedVersion() =>
        new() { ErrorCode = ErrorCode.UnsupportedVersion, ApiKeys = ListApis() };

    private ApiVersionsResponse Handle(ApiVersionsRequest request, RequestContext context)
    {
        if (!IsValid(request, context.ApiVersion))
        {
            return new ApiVersionsResponse { ErrorCode = ErrorCode.InvalidRequest };
        }

        if (IsMeantForAnother(request, context.ApiVersion))
        {
            return new ApiVersionsResponse { ErrorCode = ErrorCode.RebootstrapRequired };
        }

        if (context.ApiVersion >= 3)
        {
            context.Connection.SoftwareName = request.ClientSoftwareName;
            context.Connection.SoftwareVersion = request.ClientSoftwareVersion;
        }

        return Describe(context.ApiVersion);
    }

    private static bool IsValid(ApiVersionsRequest request, short version)
    {
        // The cluster and the node are given together or not at all.
        if (version >= 5 && (request.ClusterId is null) != (request.NodeId == -1))
        {
            return false;
        }

        return version < 3 || (SoftwareText().IsMatch(request.ClientSoftwareName) && SoftwareText().IsMatch(request.ClientSoftwareVersion));
    }

    private bool IsMeantForAnother(ApiVersionsRequest request, short version) =>
        version >= 5 && request.ClusterId is not null &&
        (request.ClusterId != _identity.ClusterId || request.NodeId != _identity.NodeId);

    private ApiVersionsResponse Describe(short version)
    {
        var response = new ApiVersionsResponse
        {
            ApiKeys = ListApis(),
            FinalizedFeaturesEpoch = _identity.FinalizedFeaturesEpoch,
        };
        foreach ((string name, short min, short max) in _identity.SupportedFeatures)
        {
            if (version >= FirstWithLevelZero || min > 0)
            {
                response.SupportedFeatures.Add(new() { Name = name, MinVersion = min, MaxVersion = max });
            }
        }

        foreach ((string name, short level) in _identity.FinalizedFeatures)
        {
            if (level > 0)
            {
                response.FinalizedFeatures.Add(new() { Name = name, MinVersionLevel = level, MaxVersionLevel = level });
            }
        }

        return response;
    }

    private List<ApiVersionsResponse.ApiVersion> ListApis()
    {
        IReadOnlyList<ApiHandler> handlers = _handlers().All;
        var apis = new List<ApiVersionsResponse.ApiVersion>(handlers.Count);
        foreach (ApiHandler handler in handlers)
        {
            apis.Add(new() { ApiKey = (short)handler.Key, MinVersion = handler.AdvertisedMinVersion, MaxVersion = handler.MaxVersion });
        }

        return apis;
    }

    [GeneratedRegex(@"\A[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex SoftwareText();
}

/// <summary>What a broker says of itself and its cluster.</summary>
internal interface IBrokerIdentity
{
    /// <summary>The id of the cluster.</summary>
    string ClusterId { get; }

    /// <summary>node.id.</summary>
    int NodeId { get; }

    /// <summary>The features this broker knows, with the lowest and highest level of each (KIP-584).</summary>
    IEnumerable<(string Name, short Min, short Max)> SupportedFeatures { get; }

    /// <summary>The levels that the cluster has agreed on; 0 means off.</summary>
    IEnumerable<(string Name, short Level)> FinalizedFeatures { get; }

    /// <summary>The metadata offset at which the levels were last changed; -1 before any was.</summary>
    long FinalizedFeaturesEpoch { get; }
}
