using System.Globalization;
using Compat.Log.Configuration;

namespace Compat.Server.Configuration;

/// <summary>Who the node is and what it does.</summary>
public sealed record NodeConfig
{
    /// <summary>node.id: its id, 0 or more.</summary>
    public required int NodeId { get; init; }

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
        if (roles.Length != 2)
        {
            throw new ConfigException("process.roles", string.Join(',', roles), "only broker,controller works so far: one node that is both");
        }

        CheckVoters(nodeId, values.List("controller.quorum.voters"));
        return new NodeConfig { NodeId = nodeId, Rack = values.Optional<string>("broker.rack"), ClusterId = values.Optional<string>("cluster.id") };
    }

    private static void CheckVoters(int nodeId, string[] voters)
    {
        if (voters.Length == 0)
        {
            return;
        }

        string text = string.Join(',', voters);
        if (!voters.Any(voter => voter.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{nodeId}@"), StringComparison.Ordinal)))
        {
            throw new ConfigException("controller.quorum.voters", text, $"node {nodeId} is a controller and has to be one of the voters");
        }

        if (voters.Length > 1)
        {
            throw new ConfigException("controller.quorum.voters", text, "only a quorum of this node alone works so far");
        }
    }
}
