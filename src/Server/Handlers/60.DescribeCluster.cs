using Compat.Replication.Metadata;
using Compat.Server.Cluster;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Server.Handlers;

/// <summary>
/// DescribeCluster, v0-2: the cluster's id, the node to send what is the controller's, and the brokers where this client can
/// reach them. From v1 on a client can ask for controllers, which listeners for clients do not answer (KIP-919); from v2 on
/// also for brokers that are fenced (KIP-1073).
/// </summary>
public sealed class DescribeClusterHandler : ApiHandler<DescribeClusterRequest, DescribeClusterResponse>
{
    private const sbyte Brokers = 1;
    private const sbyte Controllers = 2;

    private readonly ClusterView _cluster;

    internal DescribeClusterHandler(ClusterView cluster) => _cluster = cluster;

    /// <inheritdoc/>
    public override ValueTask<DescribeClusterResponse?> HandleAsync(DescribeClusterRequest request, RequestContext context) =>
        new(request.EndpointType == Brokers ? Describe(request, context) : Refuse(request.EndpointType));

    private static DescribeClusterResponse Refuse(sbyte type) => type == Controllers
        ? new()
        {
            ErrorCode = ErrorCode.MismatchedEndpointType,
            ErrorMessage = "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER",
        }
        : new() { ErrorCode = ErrorCode.UnsupportedEndpointType, ErrorMessage = $"Unsupported endpoint type {type}" };

    private DescribeClusterResponse Describe(DescribeClusterRequest request, RequestContext context)
    {
        MetadataImage image = _cluster.Image;
        var response = new DescribeClusterResponse { ClusterId = _cluster.ClusterId };
        foreach (BrokerRegistration broker in image.Cluster.Brokers.Values)
        {
            if ((!broker.Fenced || request.IncludeFencedBrokers) && _cluster.AddressOf(broker.Id, context.Connection) is { } address)
            {
                response.Brokers.Add(new DescribeClusterResponse.DescribeClusterBroker
                {
                    BrokerId = broker.Id,
                    Host = address.Host,
                    Port = address.Port,
                    Rack = broker.Rack,
                    IsFenced = broker.Fenced,
                });
            }
        }

        int controllerId = ClusterView.ControllerId(image);
        response.ControllerId = response.Brokers.Any(broker => broker.BrokerId == controllerId) ? controllerId : -1;
        if (request.IncludeClusterAuthorizedOperations)
        {
            response.ClusterAuthorizedOperations = AuthorizedOperations.Cluster;
        }

        return response;
    }
}
