using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Emission;

/// <summary>Emits the method that writes the fields of a class in every version.</summary>
internal sealed class WriteEmitter
{
    private readonly CodeWriter _code;
    private readonly StructContext _context;

    private WriteEmitter(CodeWriter code, StructContext context)
    {
        _code = code;
        _context = context;
    }

    public static void Emit(CodeWriter code, StructContext context) => new WriteEmitter(code, context).EmitMethod();

    private void EmitMethod()
    {
        _code.Open("internal void WriteFields(ref WireWriter writer, short version)");
        if (_context.NeedsFlexibleVariable)
        {
            _code.Line($"bool flexible = version >= {_context.Message.Flexible.Low};");
        }

        foreach (FieldSchema field in _context.Fields)
        {
            EmitField(field);
        }

        if (_context.HasFlexiblePart)
        {
            _code.When(_context.Flexible == "true" ? null : "flexible", WriteTags);
        }

        _code.Close();
    }

    private void EmitField(FieldSchema field)
    {
        string? present = _context.Condition(field.PlainVersions);
        string? known = _context.Condition(field.Versions);
        if (present != "false")
        {
            _code.When(present, () => WriteField(field, field.PlainVersions));
        }

        // A version without the field may only drop a value that says nothing.
        if (known is not null && !field.IsIgnorable)
        {
            string changed = Defaults.IsNotDefault(field);
            string absent = known == "false" || known == present ? "" : Negate(known) + " && ";
            string keyword = known == present && present != "false" ? "else if" : "if";
            _code.Open($"{keyword} ({(absent.Length > 0 ? absent + Parenthesized(changed) : changed)})");
            _code.Line($"throw WireFields.NotInVersion(\"{_context.ClassName}.{field.Name}\", version);");
            _code.Close();
        }
    }

    private static string Negate(string condition) => condition switch
    {
        _ when condition.Contains("&&") => $"!({condition})",
        _ when condition.Contains(">=") => condition.Replace(">=", "<"),
        _ when condition.Contains("<=") => condition.Replace("<=", ">"),
        _ => condition.Replace("==", "!="),
    };

    private static string Parenthesized(string condition) => condition.Contains("||") ? $"({condition})" : condition;

    private void WriteTags()
    {
        List<FieldSchema> fields = [.. _context.TaggedFields];
        if (fields.Count == 0)
        {
            _code.Line("writer.WriteUnsignedVarint(0);");
            return;
        }

        _code.Line("uint tags = 0;");
        foreach (FieldSchema field in fields)
        {
            _code.When(TagCondition(field), () => _code.Line("tags++;"));
        }

        _code.Line("writer.WriteUnsignedVarint(tags);");
        foreach (FieldSchema field in fields)
        {
            _code.When(TagCondition(field), () =>
            {
                _code.Line($"int start = writer.BeginTaggedField({field.Tag});");
                WriteField(field, field.TaggedVersions);
                _code.Line("writer.EndTaggedField(start);");
            });
        }
    }

    private string TagCondition(FieldSchema field)
    {
        VersionRange flexible = _context.FlexibleVersions;
        string changed = Defaults.IsNotDefault(field);
        string? condition = StructContext.Condition(field.TaggedVersions, flexible);
        return condition is null ? changed : $"{condition} && {Parenthesized(changed)}";
    }

    private void WriteField(FieldSchema field, VersionRange versions)
    {
        string flexible = _context.FlexibleOf(field);
        if (!field.IsArray && field.Type < FieldType.String)
        {
            string cast = field.EnumName is null ? "" : $"({PrimitiveOf(field.Type)})";
            _code.Line($"writer.Write{MethodOf(field.Type)}({cast}{field.Name});");
            return;
        }

        string? canBeNull = StructContext.Condition(field.Nullable, versions.And(_context.Versions));
        if (!field.IsArray && field.Type == FieldType.Records)
        {
            _code.Line($"writer.Write{(canBeNull == "false" ? "" : "Nullable")}Records({field.Name}, {flexible});");
        }
        else if (field.Nullable.IsEmpty)
        {
            WriteValue(field, field.Name, flexible);
        }
        else
        {
            WriteNullable(field, versions, flexible, canBeNull);
        }
    }

    private void WriteNullable(FieldSchema field, VersionRange versions, string flexible, string? canBeNull)
    {
        if (canBeNull is not null)
        {
            string allowed = canBeNull == "false" ? "" : Negate(canBeNull) + " && ";
            _code.When($"{allowed}{field.Name} is null", () => _code.Line($"throw WireFields.NullInVersion(\"{_context.ClassName}.{field.Name}\", version);"));
        }

        if (!field.IsArray && field.Type != FieldType.Struct)
        {
            _code.Line($"writer.WriteNullable{field.Type}({field.Name}, {flexible});");
            return;
        }

        if (canBeNull == "false")
        {
            WriteValue(field, field.Name, flexible);
            return;
        }

        bool isTagged = field.Tag >= 0 && field.TaggedVersions == versions;
        _code.Open($"if ({field.Name} is null)");
        _code.Line(NullCall(field, isTagged, flexible));
        _code.Close();
        _code.Open("else");
        if (field.Type == FieldType.Struct && !field.IsArray)
        {
            string presence = isTagged ? "writer.WriteUnsignedVarint(1);" : "writer.WriteStructPresence(true);";
            _code.When(canBeNull, () => _code.Line(presence));
        }

        WriteValue(field, field.Name, flexible);
        _code.Close();
    }

    private static string NullCall(FieldSchema field, bool isTagged, string flexible) => field switch
    {
        { IsArray: true } => $"writer.WriteArrayCount(-1, {flexible});",
        { Type: FieldType.Struct } when isTagged => "writer.WriteUnsignedVarint(0);",
        _ => "writer.WriteStructPresence(false);",
    };

    private void WriteValue(FieldSchema field, string value, string flexible)
    {
        if (!field.IsArray)
        {
            _code.Line(field.Type == FieldType.Struct
                ? $"{value}.WriteFields(ref writer, version);"
                : $"writer.Write{field.Type}({value}, {flexible});");
        }
        else if (field.Type == FieldType.Struct)
        {
            _code.Line($"writer.WriteArrayCount({value}.Count, {flexible});");
            _code.Open($"foreach ({_context.ElementType(field)} element in {value})");
            _code.Line("element.WriteFields(ref writer, version);");
            _code.Close();
        }
        else
        {
            _code.Line($"writer.Write{MethodOf(field.Type)}List({value}, {flexible});");
        }
    }

    private static string MethodOf(FieldType type) => type == FieldType.Bool ? "Boolean" : type.ToString();

    private static string PrimitiveOf(FieldType type) => type switch
    {
        FieldType.Int8 => "sbyte",
        FieldType.Int16 => "short",
        FieldType.UInt16 => "ushort",
        FieldType.Int32 => "int",
        FieldType.UInt32 => "uint",
        _ => "long",
    };
}
