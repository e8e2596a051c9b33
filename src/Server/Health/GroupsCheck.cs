using Compat.Coordination.Groups;

namespace Compat.Server.Health;

/// <summary>The group coordinator has loaded every partition of the offsets topic that it leads, so that no group has to wait.</summary>
/// <param name="coordinator">The coordinator.</param>
internal sealed class GroupsCheck(GroupCoordinator coordinator) : IHealthCheck
{
    /// <inheritdoc/>
    public string Name => "groups";

    /// <inheritdoc/>
    public ValueTask<string?> CheckAsync(CancellationToken cancellation) =>
        ValueTask.FromResult(coordinator.IsLoaded ? null : "the group coordinator is loading");
}
