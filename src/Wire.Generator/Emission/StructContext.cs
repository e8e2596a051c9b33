using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Emission;

/// <summary>What emitting the code of one class needs to know: its fields, its versions, and the message around it.</summary>
internal sealed class StructContext
{
    /// <summary>The context of the message's own fields.</summary>
    public StructContext(MessageSchema message)
    {
        Message = message;
        ClassName = message.Name;
        Fields = message.Fields;
        Versions = message.Versions;
    }

    /// <summary>The context of a structure inside the message.</summary>
    public StructContext(MessageSchema message, StructSchema declared)
    {
        Message = message;
        ClassName = $"{message.Name}.{declared.ClassName}";
        Fields = declared.Fields;
        Versions = declared.Versions.And(message.Versions);
    }

    public MessageSchema Message { get; }

    public string ClassName { get; }

    public EquatableArray<FieldSchema> Fields { get; }

    /// <summary>The versions in which the code is called at all.</summary>
    public VersionRange Versions { get; }

    /// <summary>The versions in the flexible encoding.</summary>
    public VersionRange FlexibleVersions => Message.Flexible.And(Versions);

    /// <summary>The expression that is true in flexible versions.</summary>
    public string Flexible
    {
        get
        {
            VersionRange flexible = FlexibleVersions;
            return flexible.IsEmpty ? "false" : flexible.Contains(Versions) ? "true" : "flexible";
        }
    }

    /// <summary>True when the methods need a local variable for <see cref="Flexible"/>.</summary>
    public bool NeedsFlexibleVariable =>
        Flexible == "flexible" && (HasFlexiblePart || Fields.Any(HasLength));

    /// <summary>True when some version of the message is flexible, so that its structures end with tagged fields.</summary>
    public bool HasFlexiblePart => Flexible != "false";

    /// <summary>The fields that are tagged in some version of the message, by their tags.</summary>
    public IEnumerable<FieldSchema> TaggedFields =>
        Fields.Where(IsTagged).OrderBy(tagged => tagged.Tag);

    private static bool HasLength(FieldSchema field) => field.IsArray || field.Type >= FieldType.String;

    private bool IsTagged(FieldSchema field) => !field.TaggedVersions.And(Versions).IsEmpty;

    /// <summary>How the encoding of a field is asked for.</summary>
    public string FlexibleOf(FieldSchema field) => field.IsNeverFlexible ? "false" : Flexible;

    /// <summary>The structure that a field has.</summary>
    public StructSchema StructOf(FieldSchema field) => Message.Structs.First(declared => declared.Name == field.TypeName);

    /// <summary>The C# type of one element of a field, or of the field when it is no array.</summary>
    public string ElementType(FieldSchema field) => field.EnumName ?? field.Type switch
    {
        FieldType.Bool => "bool",
        FieldType.Int8 => "sbyte",
        FieldType.Int16 => "short",
        FieldType.UInt16 => "ushort",
        FieldType.Int32 => "int",
        FieldType.UInt32 => "uint",
        FieldType.Int64 => "long",
        FieldType.Float64 => "double",
        FieldType.Uuid => "Uuid",
        FieldType.String => "string",
        FieldType.Bytes => "ReadOnlyMemory<byte>",
        FieldType.Records => "RecordsPayload",
        _ => $"{Message.Name}.{StructOf(field).ClassName}",
    };

    /// <summary>The condition under which a version is in the range: null for always, <c>false</c> for never.</summary>
    public string? Condition(VersionRange range) => Condition(range, Versions);

    /// <summary>The condition under which a version, known to be in <paramref name="within"/>, is in the range.</summary>
    public static string? Condition(VersionRange range, VersionRange within)
    {
        if (range.And(within).IsEmpty)
        {
            return "false";
        }

        if (range.Contains(within))
        {
            return null;
        }

        string low = range.Low > within.Low ? $"version >= {range.Low}" : "";
        string high = range.High < within.High ? $"version <= {range.High}" : "";
        return low.Length > 0 && high.Length > 0 ? (range.Low == range.High ? $"version == {range.Low}" : $"{low} && {high}") : low + high;
    }
}
