using Compat.Log.Configuration;

namespace Compat.Server.Configuration;

/// <summary>Who the node is and what it does.</summary>
public sealed record NodeConfig
{
    /// <summary>node.id: its id, 0 or more.</summary>
    public required int NodeId { get; init; }

    /// <summary>process.roles: whether it serves clients and keeps their records.</summary>
    public required bool IsBroker { get; init; }

    /// <summary>process.roles: whether it votes in the metadata quorum and may decide for the cluster.</summary>
    public required bool IsController { get; init; }

    /// <summary>broker.rack: where it stands, or null.</summary>
    public required string? Rack { get; init; }

    /// <summary>cluster.id: the id a new data directory gets, or null to make one up.</summary>
    public required string? ClusterId { get; init; }

    internal static NodeConfig From(ConfigValues values)
    {
        int nodeId = values.Required<int>("node.id");
        int brokerId = values.Required<int>("broker.id");
        if (brokerId != -1 && brokerId != nodeId)
        {
            throw new ConfigException($"node.id ({nodeId}) and broker.id ({brokerId}) must be the same; broker.id is the older name of node.id");
        }

        string[] roles = values.List("process.roles");
        return new NodeConfig
        {
            NodeId = nodeId,
            IsBroker = roles.Contains("broker"),
            IsController = roles.Contains("controller"),
            Rack = values.Optional<string>("broker.rack"),
            ClusterId = values.Optional<string>("cluster.id"),
        };
    }
}
