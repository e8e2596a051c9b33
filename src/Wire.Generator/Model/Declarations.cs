namespace Compat.Wire.Generator.Model;

// What a page says, line by line, before names are looked up.

/// <summary>One page.</summary>
/// <param name="Types">The domain types it declares.</param>
/// <param name="Api">The API whose request and response it holds, or null.</param>
/// <param name="Messages">Its messages in order.</param>
public sealed record PageDeclaration(
    EquatableArray<TypeDeclaration> Types, ApiDeclaration? Api, EquatableArray<MessageDeclaration> Messages);

/// <summary>A domain type: a name for what a primitive type means.</summary>
/// <param name="Name">The name that fields use.</param>
/// <param name="Type">The type on the wire.</param>
/// <param name="EnumName">The C# enum that fields of the type have, or null.</param>
/// <param name="Span">Where it is declared.</param>
public sealed record TypeDeclaration(string Name, FieldType Type, string? EnumName, SourceSpan Span);

/// <summary>The head of a page that holds an API.</summary>
/// <param name="Key">The API's key.</param>
/// <param name="Name">The API's name without Request or Response.</param>
/// <param name="OnBroker">True when brokers' listeners serve it.</param>
/// <param name="OnController">True when controllers' listeners serve it.</param>
/// <param name="AdvertisedFrom">The first version that is advertised when it is not the first of the request; otherwise -1.</param>
/// <param name="Summary">The comment above the head.</param>
/// <param name="Span">Where it is declared.</param>
public sealed record ApiDeclaration(
    int Key, string Name, bool OnBroker, bool OnController, int AdvertisedFrom, string Summary, SourceSpan Span);

/// <summary>A message: its head, its fields, and the structures it uses more than once.</summary>
/// <param name="Kind">What sort of message it is.</param>
/// <param name="Key">The API key, the metadata record's type or the coordinator record's type; -1 for messages without one.</param>
/// <param name="Name">The full name.</param>
/// <param name="Versions">The versions it exists in.</param>
/// <param name="Flexible">The versions in the flexible encoding.</param>
/// <param name="IsLatestUnstable">True when the last version may still change.</param>
/// <param name="Summary">The comment above the head.</param>
/// <param name="Fields">The fields.</param>
/// <param name="Structs">The structures declared by name.</param>
/// <param name="Span">Where it is declared.</param>
public sealed record MessageDeclaration(
    MessageKind Kind,
    int Key,
    string Name,
    VersionRange Versions,
    VersionRange Flexible,
    bool IsLatestUnstable,
    string Summary,
    EquatableArray<FieldDeclaration> Fields,
    EquatableArray<StructDeclaration> Structs,
    SourceSpan Span);

/// <summary>A structure that several fields of a message have.</summary>
/// <param name="Name">The name that fields use as their type.</param>
/// <param name="Versions">The versions it exists in; null for all that the message has.</param>
/// <param name="Fields">The fields.</param>
/// <param name="Span">Where it is declared.</param>
public sealed record StructDeclaration(
    string Name, VersionRange? Versions, EquatableArray<FieldDeclaration> Fields, SourceSpan Span);

/// <summary>A line that declares a field.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="TypeName">The type without array and null marks.</param>
/// <param name="IsArray">True for an array of the type.</param>
/// <param name="Versions">The versions that have the field; null for all that its structure has.</param>
/// <param name="CanBeNull">True when it may be null.</param>
/// <param name="NullVersions">The versions in which it may be null; null for all that have the field.</param>
/// <param name="Tag">Its tag, or -1.</param>
/// <param name="TagVersions">The versions in which it is tagged; null for all that have the field.</param>
/// <param name="Default">The default as written, or null when none is.</param>
/// <param name="IsIgnorable">True when a version without the field drops its value silently.</param>
/// <param name="IsMapKey">True when it is part of what tells the elements of an array apart.</param>
/// <param name="IsNeverFlexible">True when it keeps the older encoding in flexible versions.</param>
/// <param name="Fields">The fields of its structure, when that is declared in place.</param>
/// <param name="Span">Where the line is.</param>
public sealed record FieldDeclaration(
    string Name,
    string TypeName,
    bool IsArray,
    VersionRange? Versions,
    bool CanBeNull,
    VersionRange? NullVersions,
    int Tag,
    VersionRange? TagVersions,
    string? Default,
    bool IsIgnorable,
    bool IsMapKey,
    bool IsNeverFlexible,
    EquatableArray<FieldDeclaration> Fields,
    SourceSpan Span);
