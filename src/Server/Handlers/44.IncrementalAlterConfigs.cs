using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Resources;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// IncrementalAlterConfigs, v0-1: sets, deletes, appends to and subtracts from single settings (KIP-339). The levels of
/// this broker's loggers (KIP-412) change here and are not kept; everything else is the controller's, but the settings of a broker
/// are changed by that broker alone. One result for each resource, in the order of the request; a resource changes as a
/// whole or not at all.
/// </summary>
public sealed class IncrementalAlterConfigsHandler : ApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    private readonly ApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> _controller;
    private readonly LoggerLevelChange _loggers;
    private readonly int _nodeId;

    /// <summary>Has the controller decide about everything but loggers.</summary>
    internal IncrementalAlterConfigsHandler(
        ApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> controller, LoggerLevels loggers, int nodeId)
    {
        _controller = controller;
        _loggers = new LoggerLevelChange(loggers, nodeId);
        _nodeId = nodeId;
    }

    /// <inheritdoc/>
    public override async ValueTask<IncrementalAlterConfigsResponse?> HandleAsync(IncrementalAlterConfigsRequest request, RequestContext context)
    {
        if (!request.Resources.Any(IsAnsweredHere))
        {
            return await _controller.HandleAsync(request, context);
        }

        IncrementalAlterConfigsRequest forController = new()
        {
            ValidateOnly = request.ValidateOnly,
            Resources = [.. request.Resources.Where(resource => !IsAnsweredHere(resource))],
        };
        Queue<IncrementalAlterConfigsResponse.AlterConfigsResourceResponse> local = new(AnswerHere(request));
        IncrementalAlterConfigsResponse decided = forController.Resources.Count == 0
            ? new IncrementalAlterConfigsResponse()
            : await _controller.HandleAsync(forController, context) ?? new IncrementalAlterConfigsResponse();
        Queue<IncrementalAlterConfigsResponse.AlterConfigsResourceResponse> remote = new(decided.Responses);
        return new IncrementalAlterConfigsResponse
        {
            Responses = [.. request.Resources.Select(resource => (IsAnsweredHere(resource) ? local : remote).Dequeue())],
        };
    }

    private List<IncrementalAlterConfigsResponse.AlterConfigsResourceResponse> AnswerHere(IncrementalAlterConfigsRequest request)
    {
        List<IncrementalAlterConfigsResponse.AlterConfigsResourceResponse> responses = [];
        IncrementalAlterConfigsRequest.AlterConfigsResource[] resources = [.. request.Resources.Where(IsAnsweredHere)];
        foreach (IncrementalAlterConfigsRequest.AlterConfigsResource resource in resources)
        {
            bool isTwice = resources.Count(other => (other.ResourceType, other.ResourceName) == (resource.ResourceType, resource.ResourceName)) > 1;
            ConfigProblem? problem = isTwice
                ? ConfigProblem.Request("Each resource must appear at most once.")
                : ProblemWithBroker(resource) ?? _loggers.Apply(resource, request.ValidateOnly);
            responses.Add(new()
            {
                ErrorCode = problem?.Code ?? ErrorCode.None,
                ErrorMessage = problem?.Message,
                ResourceType = resource.ResourceType,
                ResourceName = resource.ResourceName,
            });
        }

        return responses;
    }

    private bool IsAnsweredHere(IncrementalAlterConfigsRequest.AlterConfigsResource resource) =>
        IsLogger(resource) || ProblemWithBroker(resource) is not null;

    private ConfigProblem? ProblemWithBroker(IncrementalAlterConfigsRequest.AlterConfigsResource resource) =>
        resource.ResourceType == (sbyte)ConfigResourceType.Broker ? ConfigValidator.CheckBrokerName(resource.ResourceName, _nodeId) : null;

    private static bool IsLogger(IncrementalAlterConfigsRequest.AlterConfigsResource resource) =>
        resource.ResourceType == (sbyte)ConfigResourceType.BrokerLogger;
}

/// <summary>IncrementalAlterConfigs as the controller carries it out.</summary>
internal sealed class ControllerIncrementalAlterConfigsHandler : ApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    private readonly QuorumController _controller;

    public ControllerIncrementalAlterConfigsHandler(QuorumController controller) => _controller = controller;

    /// <inheritdoc/>
    public override async ValueTask<IncrementalAlterConfigsResponse?> HandleAsync(IncrementalAlterConfigsRequest request, RequestContext context) =>
        await _controller.IncrementalAlterConfigsAsync(request, context.ConnectionClosed);
}
