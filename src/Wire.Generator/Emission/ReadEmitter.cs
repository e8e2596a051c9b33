using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Emission;

/// <summary>Emits the method that reads the fields of a class in every version.</summary>
internal sealed class ReadEmitter
{
    private readonly CodeWriter _code;
    private readonly StructContext _context;

    private ReadEmitter(CodeWriter code, StructContext context)
    {
        _code = code;
        _context = context;
    }

    public static void Emit(CodeWriter code, StructContext context) => new ReadEmitter(code, context).EmitMethod();

    private void EmitMethod()
    {
        _code.Open("internal void ReadFields(ref WireReader reader, short version)");
        if (_context.NeedsFlexibleVariable)
        {
            _code.Line($"bool flexible = version >= {_context.Message.Flexible.Low};");
        }

        foreach (FieldSchema field in _context.Fields)
        {
            string? condition = _context.Condition(field.PlainVersions);
            if (condition != "false")
            {
                _code.When(condition, () => ReadField(field, field.PlainVersions));
            }
        }

        if (_context.HasFlexiblePart)
        {
            _code.When(_context.Flexible == "true" ? null : "flexible", ReadTags);
        }

        _code.Close();
    }

    private void ReadTags()
    {
        if (!_context.TaggedFields.Any())
        {
            _code.Line("reader.SkipTaggedFields();");
            return;
        }

        _code.Line("int tag = -1;");
        _code.Open("for (uint tags = reader.ReadUnsignedVarint(); tags > 0; tags--)");
        _code.Line("tag = reader.ReadTag(tag);");
        _code.Line("int size = reader.ReadTaggedSize();");
        _code.Line("int end = reader.Position + size;");
        _code.Open("switch (tag)");
        VersionRange flexible = _context.FlexibleVersions;
        foreach (FieldSchema field in _context.TaggedFields)
        {
            string? condition = StructContext.Condition(field.TaggedVersions, flexible);
            _code.Open($"case {field.Tag}{(condition is null ? "" : " when " + condition)}:");
            ReadField(field, field.TaggedVersions);
            _code.Line("break;");
            _code.Close();
        }

        _code.Open("default:");
        _code.Line("reader.Skip(size);");
        _code.Line("break;");
        _code.Close();
        _code.Close();
        _code.Line("reader.CheckTaggedEnd(end);");
        _code.Close();
    }

    private void ReadField(FieldSchema field, VersionRange versions)
    {
        if (field.IsArray)
        {
            ReadArray(field, versions);
        }
        else if (field.Type == FieldType.Struct)
        {
            ReadStruct(field, versions);
        }
        else if (field.Type is FieldType.String or FieldType.Bytes or FieldType.Records)
        {
            _code.Line($"{field.Name} = {NullableCall(field, versions, $"Read{field.Type}", $"ReadNullable{field.Type}", _context.FlexibleOf(field))};");
        }
        else
        {
            string cast = field.EnumName is { } name ? $"({name})" : "";
            _code.Line($"{field.Name} = {cast}reader.Read{MethodOf(field.Type)}();");
        }
    }

    private void ReadStruct(FieldSchema field, VersionRange versions)
    {
        string? canBeNull = StructContext.Condition(field.Nullable, versions.And(_context.Versions));
        bool isTagged = field.TaggedVersions == versions && field.Tag >= 0;
        string presence = isTagged ? "reader.ReadUnsignedVarint() != 0" : "reader.ReadStructPresence()";
        if (canBeNull != "false")
        {
            _code.Open(canBeNull is null ? $"if ({presence})" : $"if (!({canBeNull}) || {presence})");
        }

        if (!field.Nullable.IsEmpty)
        {
            _code.Line($"{field.Name} = new();");
        }

        _code.Line($"{field.Name}.ReadFields(ref reader, version);");
        if (canBeNull != "false")
        {
            _code.Close();
            _code.Open("else");
            _code.Line($"{field.Name} = null;");
            _code.Close();
        }
    }

    private void ReadArray(FieldSchema field, VersionRange versions)
    {
        string arguments = $"{_context.FlexibleOf(field)}, {SizeEstimate.WireSize(field, _context)}, {SizeEstimate.HeapSize(field, _context)}";
        string? canBeNull = StructContext.Condition(field.Nullable, versions.And(_context.Versions));
        _code.Open();
        _code.Line($"int count = {NullableCall(field, versions, "ReadArrayCount", "ReadNullableArrayCount", arguments)};");
        if (canBeNull == "false")
        {
            _code.Line($"List<{_context.ElementType(field)}> list = {(field.Nullable.IsEmpty ? field.Name : "new()")};");
            ReadElements(field);
        }
        else
        {
            _code.Open("if (count < 0)");
            _code.Line($"{field.Name} = null;");
            _code.Close();
            _code.Open("else");
            _code.Line($"List<{_context.ElementType(field)}> list = new();");
            ReadElements(field);
            _code.Line($"{field.Name} = list;");
            _code.Close();
        }

        if (canBeNull == "false" && !field.Nullable.IsEmpty)
        {
            _code.Line($"{field.Name} = list;");
        }

        _code.Close();
    }

    private void ReadElements(FieldSchema field)
    {
        if (field.Type != FieldType.Struct)
        {
            string flexible = field.Type == FieldType.String ? $", {_context.FlexibleOf(field)}" : "";
            _code.Line($"reader.Read{MethodOf(field.Type)}List(list, count{flexible});");
            return;
        }

        _code.Line("list.Capacity = reader.InitialCapacity(count);");
        _code.Open("for (int i = 0; i < count; i++)");
        _code.Line($"{_context.ElementType(field)} element = new();");
        _code.Line("element.ReadFields(ref reader, version);");
        _code.Line("list.Add(element);");
        _code.Close();
    }

    private string NullableCall(FieldSchema field, VersionRange versions, string plain, string nullable, string arguments) =>
        StructContext.Condition(field.Nullable, versions.And(_context.Versions)) switch
        {
            null => $"reader.{nullable}({arguments})",
            "false" => $"reader.{plain}({arguments})",
            { } condition => $"{condition} ? reader.{nullable}({arguments}) : reader.{plain}({arguments})",
        };

    private static string MethodOf(FieldType type) => type == FieldType.Bool ? "Boolean" : type.ToString();
}
