using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Emission;

/// <summary>Emits the method that tells whether a structure has only defaults, for those where writing asks for it.</summary>
internal static class DefaultComparison
{
    public static bool IsNeeded(MessageSchema message, StructSchema declared) =>
        message.Fields.Concat(message.Structs.SelectMany(other => other.Fields))
            .Any(field => field.Type == FieldType.Struct && field.TypeName == declared.Name && !field.IsArray && !field.IsNullByDefault);

    public static void Emit(CodeWriter code, StructSchema declared)
    {
        IEnumerable<string> changes = declared.Fields.Select(Defaults.IsNotDefault);
        code.Line($"internal bool IsDefault() => !({string.Join(" || ", changes)});");
    }
}
