using Compat.Replication.Controller;
using Compat.Replication.Metadata;
using Compat.Server.Configuration;
using Compat.Server.Configuration.Resources;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// IncrementalAlterConfigs, v0-1: sets, deletes, appends to and subtracts from single settings (KIP-339). The levels of
/// this broker's loggers (KIP-412) change here and are not kept; everything else is the controller's. One result for
/// each resource, in the order of the request; a resource changes as a whole or not at all.
/// </summary>
public sealed class IncrementalAlterConfigsHandler : ApiHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>
{
    private readonly QuorumController _controller;
    private readonly LoggerLevelChange _loggers;

    /// <summary>Has a controller decide about everything but loggers.</summary>
    public IncrementalAlterConfigsHandler(QuorumController controller, LoggerLevels loggers, int nodeId)
    {
        _controller = controller;
        _loggers = new LoggerLevelChange(loggers, nodeId);
    }

    /// <inheritdoc/>
    public override async ValueTask<IncrementalAlterConfigsResponse?> HandleAsync(IncrementalAlterConfigsRequest request, RequestContext context)
    {
        if (!request.Resources.Any(IsLogger))
        {
            return await _controller.IncrementalAlterConfigsAsync(request, context.ConnectionClosed);
        }

        IncrementalAlterConfigsRequest forController = new()
        {
            ValidateOnly = request.ValidateOnly,
            Resources = [.. request.Resources.Where(resource => !IsLogger(resource))],
        };
        Queue<IncrementalAlterConfigsResponse.AlterConfigsResourceResponse> local = new(AlterLoggers(request));
        IncrementalAlterConfigsResponse decided = forController.Resources.Count == 0
            ? new IncrementalAlterConfigsResponse()
            : await _controller.IncrementalAlterConfigsAsync(forController, context.ConnectionClosed);
        Queue<IncrementalAlterConfigsResponse.AlterConfigsResourceResponse> remote = new(decided.Responses);
        return new IncrementalAlterConfigsResponse
        {
            Responses = [.. request.Resources.Select(resource => (IsLogger(resource) ? local : remote).Dequeue())],
        };
    }

    private List<IncrementalAlterConfigsResponse.AlterConfigsResourceResponse> AlterLoggers(IncrementalAlterConfigsRequest request)
    {
        List<IncrementalAlterConfigsResponse.AlterConfigsResourceResponse> responses = [];
        IncrementalAlterConfigsRequest.AlterConfigsResource[] resources = [.. request.Resources.Where(IsLogger)];
        foreach (IncrementalAlterConfigsRequest.AlterConfigsResource resource in resources)
        {
            bool isTwice = resources.Count(other => other.ResourceName == resource.ResourceName) > 1;
            ConfigProblem? problem = isTwice
                ? ConfigProblem.Request("Each resource must appear at most once.")
                : _loggers.Apply(resource, request.ValidateOnly);
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

    private static bool IsLogger(IncrementalAlterConfigsRequest.AlterConfigsResource resource) =>
        resource.ResourceType == (sbyte)ConfigResourceType.BrokerLogger;
}
