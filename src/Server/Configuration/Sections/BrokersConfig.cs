namespace Compat.Server.Configuration;

/// <summary>How brokers and the controller keep in touch, and what the controller does by itself.</summary>
public sealed record BrokersConfig
{
    /// <summary>broker.heartbeat.interval.ms: time between two heartbeats of a broker.</summary>
    public required TimeSpan HeartbeatInterval { get; init; }

    /// <summary>broker.session.timeout.ms: time without a heartbeat after which a broker counts as gone.</summary>
    public required TimeSpan SessionTimeout { get; init; }

    /// <summary>initial.broker.registration.timeout.ms: how long a start waits until a controller lets the broker serve.</summary>
    public required TimeSpan RegistrationTimeout { get; init; }

    /// <summary>leader.imbalance.check.interval.seconds, or null if auto.leader.rebalance.enable is off.</summary>
    public required TimeSpan? LeaderBalanceInterval { get; init; }

    /// <summary>unclean.leader.election.interval.ms: time between two looks for partitions that need an unclean election.</summary>
    public required TimeSpan UncleanElectionInterval { get; init; }

    /// <summary>request.timeout.ms: the most that a request which is forwarded to the controller may take.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    internal static BrokersConfig From(ConfigValues values) => new()
    {
        HeartbeatInterval = ConfigTime.Milliseconds(values.Required<int>("broker.heartbeat.interval.ms")),
        SessionTimeout = ConfigTime.Milliseconds(values.Required<int>("broker.session.timeout.ms")),
        RegistrationTimeout = ConfigTime.Milliseconds(values.Required<int>("initial.broker.registration.timeout.ms")),
        LeaderBalanceInterval = values.Required<bool>("auto.leader.rebalance.enable")
            ? ConfigTime.Milliseconds(Math.Min(values.Required<long>("leader.imbalance.check.interval.seconds"), int.MaxValue) * 1_000)
            : null,
        RequestTimeout = ConfigTime.Milliseconds(values.Required<int>("request.timeout.ms")),
        UncleanElectionInterval = ConfigTime.Milliseconds(values.Required<long>("unclean.leader.election.interval.ms")),
    };
}
