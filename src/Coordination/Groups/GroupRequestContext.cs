namespace Compat.Coordination.Groups;

/// <summary>What the coordinator needs to know of a request beside its body.</summary>
/// <param name="ApiVersion">The version the client speaks; some answers depend on it.</param>
/// <param name="ClientId">The client's name, which its member id begins with; empty when it gave none.</param>
/// <param name="ClientHost">The client's address as Kafka prints it: <c>/127.0.0.1</c>.</param>
public readonly record struct GroupRequestContext(short ApiVersion, string ClientId, string ClientHost);
