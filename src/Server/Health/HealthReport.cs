using System.Text;

namespace Compat.Server.Health;

/// <summary>What the checks found.</summary>
/// <param name="Results">Each check's name, and its problem or null.</param>
internal sealed record HealthReport(IReadOnlyList<(string Name, string? Problem)> Results)
{
    /// <summary>True when every check passed.</summary>
    public bool IsHealthy => Results.All(result => result.Problem is null);

    /// <summary>Tries all checks at once, each for a limited time.</summary>
    public static async Task<HealthReport> MakeAsync(IEnumerable<IHealthCheck> checks, TimeSpan limit, TimeProvider time, CancellationToken cancellation) =>
        new(await Task.WhenAll(checks.Select(check => TryAsync(check, limit, time, cancellation))));

    /// <summary>One line a check.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach ((string name, string? problem) in Results)
        {
            text.Append(problem is null ? "ok   " : "FAIL ").Append(name).Append(problem is null ? "" : ": ").Append(problem).Append('\n');
        }

        return text.ToString();
    }

    private static async Task<(string, string?)> TryAsync(IHealthCheck check, TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        using CancellationTokenSource timeout = new(limit, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            return (check.Name, await check.CheckAsync(either.Token));
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return (check.Name, $"no answer within {limit.TotalSeconds:0.#} s");
        }
    }
}
