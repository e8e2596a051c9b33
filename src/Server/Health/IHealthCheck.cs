namespace Compat.Server.Health;

/// <summary>One of the things that have to be right for clients to be served.</summary>
internal interface IHealthCheck
{
    /// <summary>Its name, as the report shows it.</summary>
    string Name { get; }

    /// <summary>Tries it, now: null when it works, else why it does not, in a line.</summary>
    ValueTask<string?> CheckAsync(CancellationToken cancellation);
}
