using Compat.Replication.Metadata;

namespace Compat.Replication.Brokers;

/// <summary>
/// Brokers whose connection has just broken while the metadata still says that they are there. A client that lost its connection to the
/// same process asks at once who leads now; told the broker that is gone, it would try that one and only ask again after a
/// second. So whoever answers such questions waits until the metadata knows, which takes some ten milliseconds.
/// </summary>
public sealed class VanishedBrokers
{
    /// <summary>The longest wait: a connection may break although the broker is there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Task> _vanished = [];
    private readonly MetadataLoader _loader;
    private readonly TimeProvider _time;
    private volatile bool _isEmpty = true;

    /// <summary>Nobody has vanished.</summary>
    /// <param name="loader">What the metadata knows.</param>
    /// <param name="time">For the longest wait.</param>
    public VanishedBrokers(MetadataLoader loader, TimeProvider time)
    {
        _loader = loader;
        _time = time;
    }

    /// <summary>Whether nobody has, so that there is nothing to wait for.</summary>
    public bool IsEmpty => _isEmpty;

    /// <summary>Notes that the connection to a broker broke.</summary>
    public void Add(int brokerId)
    {
        lock (_lock)
        {
            if (IsThere(_loader.Image, brokerId) && !_vanished.ContainsKey(brokerId))
            {
                _vanished[brokerId] = EndAsync(brokerId);
                _isEmpty = false;
            }
        }
    }

    /// <summary>Waits until the image has everybody gone who has vanished by now, or for as long as that may take.</summary>
    public Task WhenKnownAsync()
    {
        lock (_lock)
        {
            return Task.WhenAll(_vanished.Values);
        }
    }

    private static bool IsThere(MetadataImage image, int brokerId) =>
        image.Cluster.TryGetBroker(brokerId, out BrokerRegistration? broker) && !broker.Fenced;

    private async Task EndAsync(int brokerId)
    {
        // It must not end before it is in its place.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var over = new CancellationTokenSource(Patience, _time);
        Task known = _loader.WaitUntilAsync(image => !IsThere(image, brokerId), over.Token).AsTask();
        await known.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            _vanished.Remove(brokerId);
            _isEmpty = _vanished.Count == 0;
        }
    }
}
