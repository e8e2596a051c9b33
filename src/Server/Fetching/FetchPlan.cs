using Compat.Log;

namespace Compat.Server.Fetching;

/// <summary>A broker that fetches as a follower.</summary>
/// <param name="BrokerId">Its node.id.</param>
/// <param name="BrokerEpoch">The epoch of its registration (KIP-903), -1 if it does not say.</param>
internal readonly record struct FetchingReplica(int BrokerId, long BrokerEpoch);

/// <summary>How a Fetch is to be carried out.</summary>
/// <param name="Targets">What to read, in order.</param>
/// <param name="Isolation">Up to where to read.</param>
/// <param name="MinBytes">How many bytes are worth an answer before the time is over.</param>
/// <param name="MaxBytes">The most bytes in the answer, but for the first batch.</param>
/// <param name="ApiVersion">The version of the request.</param>
internal sealed record FetchPlan(IReadOnlyList<FetchTarget> Targets, FetchIsolation Isolation, int MinBytes, int MaxBytes, short ApiVersion)
{
    private const short FirstWithRack = 11;

    /// <summary>The broker that fetches as a follower; null for clients.</summary>
    public FetchingReplica? Replica { get; init; }

    /// <summary>The rack of the client; empty if it does not say.</summary>
    public string ClientRack { get; init; } = "";

    /// <summary>Whether a replica that does not lead may answer: to clients that can be told to read from one (KIP-392).</summary>
    public bool MayReadFollowers => Replica is null && ApiVersion >= FirstWithRack;
}
