using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Resources;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// AlterConfigs, v0-2: replaces all settings of each resource; what a request does not name is removed. Superseded by
/// IncrementalAlterConfigs (KIP-339). One result for each resource; a resource changes as a whole or not at all. The settings
/// of a broker are changed by that broker alone, which knows what is valid for it.
/// </summary>
public sealed class AlterConfigsHandler : ApiHandler<AlterConfigsRequest, AlterConfigsResponse>
{
    private readonly ApiHandler<AlterConfigsRequest, AlterConfigsResponse> _controller;
    private readonly int _nodeId;

    /// <summary>Has the controller decide.</summary>
    internal AlterConfigsHandler(ApiHandler<AlterConfigsRequest, AlterConfigsResponse> controller, int nodeId)
    {
        _controller = controller;
        _nodeId = nodeId;
    }

    /// <inheritdoc/>
    public override async ValueTask<AlterConfigsResponse?> HandleAsync(AlterConfigsRequest request, RequestContext context)
    {
        if (!request.Resources.Any(resource => ProblemWith(resource) is not null))
        {
            return await _controller.HandleAsync(request, context);
        }

        AlterConfigsRequest forController = new()
        {
            ValidateOnly = request.ValidateOnly,
            Resources = [.. request.Resources.Where(resource => ProblemWith(resource) is null)],
        };
        AlterConfigsResponse? decided = await _controller.HandleAsync(forController, context);
        Queue<AlterConfigsResponse.AlterConfigsResourceResponse> answers = new(decided?.Responses ?? []);
        return new AlterConfigsResponse
        {
            Responses = [.. request.Resources.Select(resource => ProblemWith(resource) is { } problem ? Refused(resource, problem) : answers.Dequeue())],
        };
    }

    private ConfigProblem? ProblemWith(AlterConfigsRequest.AlterConfigsResource resource) =>
        resource.ResourceType == (sbyte)ConfigResourceType.Broker ? ConfigValidator.CheckBrokerName(resource.ResourceName, _nodeId) : null;

    private static AlterConfigsResponse.AlterConfigsResourceResponse Refused(
        AlterConfigsRequest.AlterConfigsResource resource, ConfigProblem problem) => new()
        {
            ErrorCode = problem.Code,
            ErrorMessage = problem.Message,
            ResourceType = resource.ResourceType,
            ResourceName = resource.ResourceName,
        };
}

/// <summary>AlterConfigs as the controller carries it out.</summary>
internal sealed class ControllerAlterConfigsHandler : ApiHandler<AlterConfigsRequest, AlterConfigsResponse>
{
    private readonly QuorumController _controller;

    public ControllerAlterConfigsHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<AlterConfigsResponse?> HandleAsync(AlterConfigsRequest request, RequestContext context) =>
        await _controller.AlterConfigsAsync(request, context.ConnectionClosed);
}
