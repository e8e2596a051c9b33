using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Emission;

/// <summary>Emits the properties of a class: one a field.</summary>
internal static class PropertyEmitter
{
    public static void Emit(CodeWriter code, StructContext context)
    {
        foreach (FieldSchema field in context.Fields)
        {
            code.Line($"/// <summary>{Describe(field)}</summary>");
            if (Defaults.IsLazy(field))
            {
                EmitLazy(code, field, TypeOf(field, context));
            }
            else
            {
                code.Line($"public {TypeOf(field, context)} {field.Name} {{ get; set; }}{Defaults.Initializer(field)}");
            }

            code.Line();
        }
    }

    // A tagged structure is seldom there, so its object is made when somebody asks for it.
    private static void EmitLazy(CodeWriter code, FieldSchema field, string type)
    {
        string backing = Defaults.BackingField(field);
        code.Open($"public {type} {field.Name}");
        code.Line($"get => {backing} ??= new();");
        code.Line($"set => {backing} = value;");
        code.Close();
        code.Line();
        code.Line($"private {type}? {backing};");
    }

    private static string TypeOf(FieldSchema field, StructContext context)
    {
        string element = context.ElementType(field);
        string type = field.IsArray ? $"List<{element}>" : element;
        bool isMarked = !field.Nullable.IsEmpty && (field.IsArray || field.Type != FieldType.Records);
        return isMarked ? type + "?" : type;
    }

    private static string Describe(FieldSchema field)
    {
        string text = $"{field.Name}: {(field.IsArray ? "array of " : "")}{field.TypeName}, versions {field.Versions}";
        text += field.Nullable.IsEmpty ? "" : field.Nullable == field.Versions ? ", may be null" : $", may be null in {field.Nullable}";
        text += field.Tag < 0 ? "" : $", tag {field.Tag}";
        text += field.Default is null or "" ? "" : $", default {field.Default}";
        text += field.IsIgnorable ? ", dropped by versions without it." : ".";
        return text;
    }
}
