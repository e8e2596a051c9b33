using Compat.Wire;

namespace Compat.Replication.Peers;

/// <summary>A request to another node, and how long its answer is waited for.</summary>
/// <typeparam name="TResponse">The answer.</typeparam>
/// <param name="Key">The API.</param>
/// <param name="MinVersion">The lowest version that says what the caller means.</param>
/// <param name="MaxVersion">The highest version that the caller can build.</param>
/// <param name="Build">Makes the request in the version that was agreed on; called once for each time it is sent.</param>
/// <param name="Timeout">
/// The most that connecting, sending and the answer may take together. A node that has not answered by then is as good
/// as gone: the connection is closed.
/// </param>
public sealed record PeerRequest<TResponse>(
    ApiKey Key, short MinVersion, short MaxVersion, Func<short, IRequest<TResponse>> Build, TimeSpan Timeout)
    where TResponse : class, IWireMessage<TResponse>;

/// <summary>Makes requests to other nodes.</summary>
public static class PeerRequest
{
    /// <summary>A request that is the same in every version.</summary>
    public static PeerRequest<TResponse> Of<TResponse>(IRequest<TResponse> request, TimeSpan timeout)
        where TResponse : class, IWireMessage<TResponse>
    {
        ApiInfo api = ApiCatalog.Get(request.RequestKey);
        return new PeerRequest<TResponse>(api.Key, api.MinVersion, api.LatestStableVersion, _ => request, timeout);
    }

    /// <summary>A request that depends on its version, in any version of its API from a lowest one on.</summary>
    public static PeerRequest<TResponse> From<TResponse>(
        ApiKey key, short minVersion, TimeSpan timeout, Func<short, IRequest<TResponse>> build)
        where TResponse : class, IWireMessage<TResponse> =>
        new(key, minVersion, ApiCatalog.Get(key).LatestStableVersion, build, timeout);
}
