using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Parsing;

/// <summary>Resolves one message: gives every field its type and its versions, and every structure its class name.</summary>
internal sealed class MessageResolver
{
    // Members that every message's class has.
    private static readonly string[] ReservedNames =
        ["Read", "Write", "MinVersion", "MaxVersion", "FirstFlexibleVersion", "RecordType", "ReadFields", "WriteFields", "IsDefault"];

    private readonly MessageDeclaration _message;
    private readonly Dictionary<string, TypeDeclaration> _types;
    private readonly List<Problem> _problems;
    private readonly StructNames _names;
    private readonly VersionRange _versions;
    private readonly List<StructSchema> _structs = [];

    public MessageResolver(MessageDeclaration message, Dictionary<string, TypeDeclaration> types, List<Problem> problems)
    {
        _message = message;
        _types = types;
        _problems = problems;
        _names = new StructNames(message, types, problems);

        // Later versions will have what the last one has, unless a line says otherwise.
        _versions = new VersionRange(message.Versions.Low, VersionRange.Open);
    }

    public MessageSchema Resolve()
    {
        CheckMessage();
        _names.Check();
        foreach (StructDeclaration declared in _message.Structs)
        {
            AddStruct(declared.Name, declared.Fields, declared.Versions ?? _versions);
        }

        EquatableArray<FieldSchema> fields = ResolveFields(_message.Fields, _versions, _message.Name);
        return new MessageSchema(
            _message.Kind,
            _message.Key,
            _message.Name,
            _message.Versions,
            _message.Flexible,
            _message.IsLatestUnstable,
            _message.Summary,
            fields,
            new(_structs));
    }

    private void CheckMessage()
    {
        if (_message.Versions.IsEmpty || _message.Versions.High == VersionRange.Open)
        {
            Report(ProblemKind.Versions, "A message should have a first and a last version.", _message.Span);
        }

        if (!_message.Flexible.IsEmpty && _message.Flexible.High != VersionRange.Open)
        {
            Report(ProblemKind.Versions, "A message that is flexible stays so: write the first flexible version and a plus sign.", _message.Span);
        }

        foreach (FieldDeclaration field in _message.Fields.Where(field => ReservedNames.Contains(field.Name)))
        {
            Report(ProblemKind.Name, $"{field.Name} is the name of a member that every message has.", field.Span);
        }
    }

    private void AddStruct(string name, EquatableArray<FieldDeclaration> fields, VersionRange versions)
    {
        if (_structs.All(other => other.Name != name))
        {
            // The place is taken first, so that structures stand before those inside them.
            int place = _structs.Count;
            _structs.Add(new StructSchema(name, ClassName(name, fields), versions, default));
            _structs[place] = _structs[place] with { Fields = ResolveFields(fields, versions, name) };
        }
    }

    // A class cannot share its name with a member beside it or inside it.
    private string ClassName(string name, EquatableArray<FieldDeclaration> fields)
    {
        bool isTaken = name == _message.Name || _message.Fields.Concat(fields).Any(field => field.Name == name);
        return isTaken ? name + "Data" : name;
    }

    private EquatableArray<FieldSchema> ResolveFields(EquatableArray<FieldDeclaration> fields, VersionRange parent, string owner)
    {
        HashSet<string> names = [];
        HashSet<int> tags = [];
        List<FieldSchema> resolved = [];
        foreach (FieldDeclaration field in fields)
        {
            if (!names.Add(field.Name))
            {
                Report(ProblemKind.Name, $"The field {field.Name} is declared twice in {owner}.", field.Span);
            }

            if (field.Tag >= 0 && !tags.Add(field.Tag))
            {
                Report(ProblemKind.Field, $"The tag {field.Tag} is used twice in {owner}.", field.Span);
            }

            resolved.Add(ResolveField(field, parent));
        }

        return new(resolved);
    }

    private FieldSchema ResolveField(FieldDeclaration field, VersionRange parent)
    {
        VersionRange versions = field.Versions ?? parent;
        if (!parent.Contains(versions))
        {
            Report(ProblemKind.Versions, $"{field.Name} is in {versions}, and what it is part of only in {parent}.", field.Span);
        }

        _types.TryGetValue(field.TypeName, out TypeDeclaration? domain);
        FieldType type = domain?.Type ?? (FieldTypes.TryParse(field.TypeName, out FieldType primitive) ? primitive : FieldType.Struct);
        if (type == FieldType.Struct)
        {
            ResolveStruct(field, versions);
        }

        FieldSchema resolved = new(
            field.Name,
            type,
            field.TypeName,
            domain?.EnumName,
            field.IsArray,
            versions,
            field.CanBeNull ? field.NullVersions ?? versions : VersionRange.None,
            field.Tag,
            field.Tag >= 0 ? field.TagVersions ?? versions : VersionRange.None,
            field.Default,
            field.IsIgnorable,
            field.IsMapKey,
            field.IsNeverFlexible);
        _problems.AddRange(FieldChecks.Find(resolved, _message, field.Span));
        return resolved;
    }

    private void ResolveStruct(FieldDeclaration field, VersionRange versions)
    {
        if (field.Fields.Count > 0)
        {
            AddStruct(field.TypeName, field.Fields, versions);
        }
        else if (!_names.TryGetVersions(field.TypeName, _versions, out VersionRange declared))
        {
            Report(ProblemKind.Name, $"The type {field.TypeName} is not declared.", field.Span);
        }
        else if (!declared.Contains(versions))
        {
            Report(ProblemKind.Versions, $"{field.Name} is in {versions}, and {field.TypeName} only in {declared}.", field.Span);
        }
    }

    private void Report(ProblemKind kind, string message, SourceSpan span) => _problems.Add(new Problem(kind, message, span));
}
