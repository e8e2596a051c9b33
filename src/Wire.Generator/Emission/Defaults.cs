using System.Globalization;
using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Emission;

/// <summary>The default values of fields: how they are set, and how a value is told from them.</summary>
internal static class Defaults
{
    /// <summary>True for a structure whose object is made when it is first asked for.</summary>
    public static bool IsLazy(FieldSchema field) =>
        field.Type == FieldType.Struct && !field.IsArray && field.Tag >= 0 && field.Nullable.IsEmpty;

    /// <summary>The field behind a property whose object is made late.</summary>
    public static string BackingField(FieldSchema field) => "_" + char.ToLowerInvariant(field.Name[0]) + field.Name.Substring(1);

    /// <summary>The initializer of a field's property, or an empty string when C#'s own default is right.</summary>
    public static string Initializer(FieldSchema field)
    {
        if (field.IsNullByDefault)
        {
            return "";
        }

        if (field.IsArray || field.Type == FieldType.Struct)
        {
            return " = new();";
        }

        return field.Type switch
        {
            FieldType.String => $" = {Quote(field.Default ?? "")};",
            FieldType.Bytes when !field.Nullable.IsEmpty => " = ReadOnlyMemory<byte>.Empty;",
            _ when IsZero(field) => "",
            _ => $" = {Literal(field)};",
        };
    }

    /// <summary>The expression that is true when the field has another value than its default.</summary>
    public static string IsNotDefault(FieldSchema field)
    {
        string name = field.Name;
        bool canBeNull = !field.Nullable.IsEmpty;
        if (field.Type == FieldType.Records && !field.IsArray)
        {
            return $"!{name}.IsNull";
        }

        if (field.IsNullByDefault)
        {
            return $"{name} is not null";
        }

        if (field.IsArray)
        {
            return canBeNull ? $"{name} is not {{ Count: 0 }}" : $"{name}.Count != 0";
        }

        return field.Type switch
        {
            FieldType.Struct when IsLazy(field) => $"{BackingField(field)}?.IsDefault() == false",
            FieldType.Struct => canBeNull ? $"{name} is null || !{name}.IsDefault()" : $"!{name}.IsDefault()",
            FieldType.Bool => Literal(field) == "true" ? $"!{name}" : name,
            FieldType.String => $"{name} != {Quote(field.Default ?? "")}",
            FieldType.Bytes => canBeNull ? $"{name} is not {{ Length: 0 }}" : $"{name}.Length != 0",
            FieldType.Uuid => $"{name} != Uuid.Zero",
            _ => $"{name} != {Literal(field)}",
        };
    }

    private static bool IsZero(FieldSchema field) =>
        field.Default is null or "false" or "" || (long.TryParse(field.Default, out long value) && value == 0);

    private static string Literal(FieldSchema field)
    {
        if (field.Type == FieldType.Bool)
        {
            return field.Default ?? "false";
        }

        if (field.Type == FieldType.Float64)
        {
            return double.Parse(field.Default is null or "" ? "0" : field.Default, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);
        }

        string number = field.Default is null or "" ? "0" : field.Default;
        return field.EnumName is { } name ? $"({name})({number})" : field.Type == FieldType.Int64 ? number + "L" : number;
    }

    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";
}
