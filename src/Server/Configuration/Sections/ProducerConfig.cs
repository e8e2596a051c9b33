namespace Compat.Server.Configuration;

/// <summary>How idempotent producers are remembered.</summary>
public sealed record ProducerConfig
{
    /// <summary>producer.id.expiration.ms: time without writes after which a partition forgets a producer.</summary>
    public required int ProducerIdExpirationMs { get; init; }

    /// <summary>producer.id.expiration.check.interval.ms: time between two looks for producers to forget.</summary>
    public required TimeSpan ExpirationCheckInterval { get; init; }

    /// <summary>transaction.max.timeout.ms: the longest transaction timeout a producer may ask for.</summary>
    public required int TransactionMaxTimeoutMs { get; init; }

    internal static ProducerConfig From(ConfigValues values) => new()
    {
        ProducerIdExpirationMs = values.Required<int>("producer.id.expiration.ms"),
        ExpirationCheckInterval = ConfigTime.Milliseconds(values.Required<int>("producer.id.expiration.check.interval.ms")),
        TransactionMaxTimeoutMs = values.Required<int>("transaction.max.timeout.ms"),
    };
}
