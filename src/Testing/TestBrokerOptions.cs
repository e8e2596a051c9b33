using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Compat.Testing;

/// <summary>What a broker in a test is like.</summary>
public sealed record TestBrokerOptions
{
    /// <summary>
    /// Settings by Kafka's names, for example <c>num.partitions</c>; they win over those that <see cref="TestBroker"/>
    /// chooses.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Where the data is kept. Null keeps it in memory, where it lasts as long as the <see cref="TestBroker"/>, restarts
    /// included. A directory is the test's own to remove.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>The clock; null is the real one. Clients of a broker with another clock wait by their own.</summary>
    public TimeProvider? Time { get; init; }

    /// <summary>Where the broker logs; nowhere unless set.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;
}
