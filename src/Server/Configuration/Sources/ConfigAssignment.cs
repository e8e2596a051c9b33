namespace Compat.Server.Configuration.Sources;

/// <summary>A value given to a setting, and by what.</summary>
/// <param name="Name">The setting.</param>
/// <param name="Value">The value as text.</param>
/// <param name="Origin">Where it was given, in words for a message, for example <c>line 3 of server.properties</c>.</param>
public sealed record ConfigAssignment(string Name, string Value, string Origin);
