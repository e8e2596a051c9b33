using Microsoft.Extensions.Logging;

namespace Compat.Coordination.Groups;

/// <summary>What all groups of a coordinator share.</summary>
/// <param name="Config">The configuration.</param>
/// <param name="Metrics">What is counted.</param>
/// <param name="Logger">Where a rebalance and its reason are told, at debug level: it is the members' business, not the broker's.</param>
internal sealed record GroupEnvironment(GroupCoordinatorConfig Config, GroupCoordinatorMetrics Metrics, ILogger Logger);
