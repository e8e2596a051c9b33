using Compat.Log.Flushing;
using Compat.Log.Storage;
using Compat.Server.Configuration;
using Compat.Server.Transport;
using Microsoft.Extensions.Logging;

namespace Compat.Server.Hosting;

/// <summary>What a broker is made from: its configuration, and everything that it would otherwise take from the machine.</summary>
public sealed record BrokerOptions
{
    /// <summary>The configuration.</summary>
    public required BrokerConfig Config { get; init; }

    /// <summary>Where files are.</summary>
    public required IStorage Storage { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Makes a source of randomness; each part of the broker has one of its own.</summary>
    public required Func<Random> CreateRandom { get; init; }

    /// <summary>Where events are logged.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>The levels of its loggers, which clients may change.</summary>
    public LoggerLevels LoggerLevels { get; init; } = new(LogLevel.Information);

    /// <summary>Whether the data is thrown away afterwards, so that nothing needs to be flushed when the broker stops.</summary>
    public bool IsEphemeral { get; init; }

    /// <summary>Opens the network that it listens on and reaches others by.</summary>
    internal Func<NetworkConfig, INetwork> OpenNetwork { get; init; } = static config => new SocketNetwork(config);

    /// <summary>Starts what flushes beside the requests.</summary>
    internal Func<IFlushScheduler> StartFlushes { get; init; } = static () => new FlushThreads();
}
