using Compat.Wire;

namespace Compat.Coordination.Groups;

/// <summary>A topic that was deleted.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="TopicId">The id it had; a topic of the same name and another id is another topic.</param>
internal readonly record struct DeletedTopic(string Name, Uuid TopicId);
