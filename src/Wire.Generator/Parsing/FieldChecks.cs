using System.Globalization;
using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Parsing;

/// <summary>Whether the marks of a field fit its type and its message.</summary>
internal static class FieldChecks
{
    public static IEnumerable<Problem> Find(FieldSchema field, MessageDeclaration message, SourceSpan span)
    {
        if (!field.Nullable.IsEmpty && !field.IsArray && !field.Type.CanBeNull())
        {
            yield return new Problem(ProblemKind.Field, $"A field of type {field.TypeName} cannot be null.", span);
        }

        if (!field.Versions.Contains(field.Nullable))
        {
            yield return new Problem(ProblemKind.Versions, $"{field.Name} is null in {field.Nullable}, and there only in {field.Versions}.", span);
        }

        if (!field.TaggedVersions.IsEmpty && (field.TaggedVersions.High != VersionRange.Open || !field.Versions.Contains(field.TaggedVersions)))
        {
            yield return new Problem(ProblemKind.Versions, $"{field.Name} is tagged in {field.TaggedVersions}: it should stay so, and be in {field.Versions}.", span);
        }

        if (!message.Flexible.Contains(field.TaggedVersions))
        {
            yield return new Problem(ProblemKind.Versions, $"{field.Name} is tagged in {field.TaggedVersions}, and the message is flexible in {message.Flexible}.", span);
        }

        if (field.IsArray && field.Type is FieldType.Bytes or FieldType.Records)
        {
            yield return new Problem(ProblemKind.Field, $"An array of {field.TypeName} is not part of the protocol.", span);
        }

        if (field.IsNeverFlexible && (field.IsArray || field.Type is not (FieldType.String or FieldType.Bytes)))
        {
            yield return new Problem(ProblemKind.Field, "Only a string or bytes can keep the older encoding.", span);
        }

        if (field.Default is { } value && !IsDefaultOf(field, value))
        {
            yield return new Problem(ProblemKind.Field, $"'{value}' cannot be the default of {field.Name}.", span);
        }
    }

    private static bool IsDefaultOf(FieldSchema field, string value)
    {
        if (value == "null")
        {
            return !field.Nullable.IsEmpty;
        }

        if (field.IsArray)
        {
            return false;
        }

        return field.Type switch
        {
            FieldType.Bool => value is "true" or "false",
            FieldType.String => true,
            FieldType.Float64 => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
            _ => field.Type.IsInteger() && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        };
    }
}
