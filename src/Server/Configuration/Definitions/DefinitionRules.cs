using System.Globalization;
using Compat.Log.Configuration;

namespace Compat.Server.Configuration.Definitions;

/// <summary>Rules that only broker settings need.</summary>
internal static class DefinitionRules
{
    /// <summary>A list of id@host:port with different ids.</summary>
    public static ConfigRule QuorumVoters { get; } = new("non-empty list", value =>
        value is string[] voters ? ProblemWithVoters(voters) : "Value must be non-null");

    /// <summary>A list of host:port.</summary>
    public static ConfigRule BootstrapServers { get; } = new("non-empty list", value =>
        value is string[] servers
            ? servers.Where(server => !HostAndPort.TryParse(server, out _)).Select(server => $"{server} is not in the form host:port").FirstOrDefault()
            : "Value must be non-null");

    private static string? ProblemWithVoters(string[] voters)
    {
        HashSet<int> ids = [];
        foreach (string voter in voters)
        {
            int at = voter.IndexOf('@', StringComparison.Ordinal);
            if (at < 0 || !int.TryParse(voter.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                || !HostAndPort.TryParse(voter[(at + 1)..], out _))
            {
                return $"{voter} is not in the form id@host:port";
            }

            if (!ids.Add(id))
            {
                return $"node {id} is named twice";
            }
        }

        return null;
    }
}
