namespace Compat.Wire.Generator.Model;

// What a page means once its names are looked up. No places are in it: a page whose comments moved gives an equal model.

/// <summary>A message that code is emitted for.</summary>
/// <param name="Kind">What sort of message it is.</param>
/// <param name="Key">The API key, the metadata record's type or the coordinator record's type; -1 for messages without one.</param>
/// <param name="Name">The full name, which the class has too.</param>
/// <param name="Versions">The versions it exists in.</param>
/// <param name="Flexible">The versions in the flexible encoding.</param>
/// <param name="IsLatestUnstable">True when the last version may still change.</param>
/// <param name="Summary">What it is for.</param>
/// <param name="Fields">Its own fields.</param>
/// <param name="Structs">The structures inside it, each once.</param>
public sealed record MessageSchema(
    MessageKind Kind,
    int Key,
    string Name,
    VersionRange Versions,
    VersionRange Flexible,
    bool IsLatestUnstable,
    string Summary,
    EquatableArray<FieldSchema> Fields,
    EquatableArray<StructSchema> Structs);

/// <summary>A structure inside a message.</summary>
/// <param name="Name">The name on the page.</param>
/// <param name="ClassName">The name of its class.</param>
/// <param name="Versions">The versions it exists in.</param>
/// <param name="Fields">Its fields.</param>
public sealed record StructSchema(string Name, string ClassName, VersionRange Versions, EquatableArray<FieldSchema> Fields);

/// <summary>A field.</summary>
/// <param name="Name">The name, which the property has too.</param>
/// <param name="Type">The type on the wire.</param>
/// <param name="TypeName">The domain type, primitive type or structure as the page names it.</param>
/// <param name="EnumName">The C# enum of the field, or null.</param>
/// <param name="IsArray">True for an array of the type.</param>
/// <param name="Versions">The versions that have the field.</param>
/// <param name="Nullable">The versions in which it may be null.</param>
/// <param name="Tag">Its tag, or -1.</param>
/// <param name="TaggedVersions">The versions in which it is tagged.</param>
/// <param name="Default">The default as written, or null when none is.</param>
/// <param name="IsIgnorable">True when a version without the field drops its value silently.</param>
/// <param name="IsMapKey">True when it is part of what tells the elements of an array apart.</param>
/// <param name="IsNeverFlexible">True when it keeps the older encoding in flexible versions.</param>
public sealed record FieldSchema(
    string Name,
    FieldType Type,
    string TypeName,
    string? EnumName,
    bool IsArray,
    VersionRange Versions,
    VersionRange Nullable,
    int Tag,
    VersionRange TaggedVersions,
    string? Default,
    bool IsIgnorable,
    bool IsMapKey,
    bool IsNeverFlexible)
{
    /// <summary>True when the field is null unless it is set.</summary>
    public bool IsNullByDefault => Default == "null";

    /// <summary>The versions that have the field in its place among the others.</summary>
    public VersionRange PlainVersions =>
        TaggedVersions.IsEmpty ? Versions : Versions.And(new VersionRange(0, TaggedVersions.Low - 1));
}

/// <summary>The row of an API in the catalog.</summary>
/// <param name="Key">The API's key.</param>
/// <param name="Name">The API's name.</param>
/// <param name="OnBroker">True when brokers' listeners serve it.</param>
/// <param name="OnController">True when controllers' listeners serve it.</param>
/// <param name="AdvertisedFrom">The first version that is advertised.</param>
/// <param name="Versions">The versions of the request.</param>
/// <param name="RequestFlexible">The request's versions in the flexible encoding.</param>
/// <param name="ResponseFlexible">The response's versions in the flexible encoding.</param>
/// <param name="IsLatestUnstable">True when the last version may still change.</param>
/// <param name="Summary">What it is for.</param>
public sealed record ApiSchema(
    int Key,
    string Name,
    bool OnBroker,
    bool OnController,
    int AdvertisedFrom,
    VersionRange Versions,
    VersionRange RequestFlexible,
    VersionRange ResponseFlexible,
    bool IsLatestUnstable,
    string Summary);

/// <summary>A page that was understood.</summary>
/// <param name="Name">The page's file name without its extension.</param>
/// <param name="Api">The row of its API, or null.</param>
/// <param name="Messages">Its messages.</param>
public sealed record PageSchema(string Name, ApiSchema? Api, EquatableArray<MessageSchema> Messages);
