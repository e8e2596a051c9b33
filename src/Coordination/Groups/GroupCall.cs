namespace Compat.Coordination.Groups;

/// <summary>A request of a group API with its context.</summary>
internal readonly record struct GroupCall<TRequest>(TRequest Request, GroupRequestContext Context);
