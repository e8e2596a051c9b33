using System.Globalization;
using System.Reflection;
using Compat.Replication.Quorum;

namespace Compat.Server.Hosting;

/// <summary>The one line that a start says: version, addresses, data, what an acknowledgement promises, and how long it took.</summary>
internal static class StartLine
{
    /// <summary>The version of this build, without the mark of the commit.</summary>
    public static string Version =>
        typeof(StartLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Describes a broker that has started.</summary>
    public static string Describe(Broker broker, TimeSpan age)
    {
        string listeners = string.Join(", ", broker.Listeners.Concat(broker.ControllerListeners));
        string data = string.Join(", ", broker.Config.Storage.LogDirs);
        string monitoring = broker.MetricsPort is { } port ? string.Create(CultureInfo.InvariantCulture, $"; metrics and health on port {port}") : string.Empty;
        string startMs = age.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture);
        return $"compat {Version} is ready on {listeners} after {startMs} ms{monitoring}; cluster {broker.ClusterId}{RolesOf(broker)}, data in {data}; "
            + DurabilityPromise.Of(broker.Config.Topics.Log);
    }

    /// <summary>What the node is among others and whom it has joined; nothing for a node alone.</summary>
    private static string RolesOf(Broker broker)
    {
        if (!broker.Config.Quorum.HasOthers && broker.Config.Node is { IsBroker: true, IsController: true })
        {
            return string.Empty;
        }

        string role = broker.Config.Node switch
        {
            { IsBroker: true, IsController: true } => "broker and controller",
            { IsBroker: true } => "broker",
            _ => "controller",
        };
        LeaderAndEpoch leader = broker.Parts.Quorum.Leader;
        string voters = string.Join(", ", broker.Parts.Quorum.Describe().Voters.Select(voter => voter.NodeId));
        string joined = leader.HasLeader ? string.Create(CultureInfo.InvariantCulture, $"led by {leader.LeaderId} in epoch {leader.Epoch}") : "looking for its leader";
        return string.Create(CultureInfo.InvariantCulture, $" as node {broker.Config.Node.NodeId}, {role}, voters {voters}, {joined}");
    }
}
