using Compat.Server.Configuration.Listeners;

namespace Compat.Server.Health;

/// <summary>Every listener takes connections and answers requests.</summary>
/// <param name="listeners">The listeners with the ports they are bound to.</param>
internal sealed class ListenersCheck(Func<IReadOnlyList<ListenerEndpoint>> listeners) : IHealthCheck
{
    /// <inheritdoc/>
    public string Name => "listeners";

    /// <inheritdoc/>
    public async ValueTask<string?> CheckAsync(CancellationToken cancellation)
    {
        IReadOnlyList<ListenerEndpoint> bound = listeners();
        if (bound.Count == 0)
        {
            return "none is open";
        }

        string?[] problems = await Task.WhenAll(bound.Select(listener => KafkaProbe.TryAsync(listener, cancellation)));
        return problems.FirstOrDefault(problem => problem is not null);
    }
}
