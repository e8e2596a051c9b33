namespace Compat.Server.Health;

/// <summary>What a broker has that is not started yet: it lives, and is not ready.</summary>
internal sealed class StartingCheck : IHealthCheck
{
    /// <inheritdoc/>
    public string Name => "start";

    /// <inheritdoc/>
    public ValueTask<string?> CheckAsync(CancellationToken cancellation) => ValueTask.FromResult<string?>("the broker is starting");
}
