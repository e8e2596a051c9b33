using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Parsing;

/// <summary>Resolves one message: gathers its structures, gives them class names and resolves every field.</summary>
internal sealed class MessageResolver
{
    // Members that every message's class has.
    private static readonly string[] ReservedNames =
        ["Read", "Write", "MinVersion", "MaxVersion", "FirstFlexibleVersion", "RecordType", "ReadFields", "WriteFields", "IsDefault"];

    private readonly MessageDeclaration _message;
    private readonly Dictionary<string, TypeDeclaration> _types;
    private readonly List<Problem> _problems;
    private readonly Dictionary<string, StructDeclaration> _structs = [];
    private readonly List<string> _open = [];

    public MessageResolver(MessageDeclaration message, Dictionary<string, TypeDeclaration> types, List<Problem> problems)
    {
        _message = message;
        _types = types;
        _problems = problems;
    }

    public MessageSchema Resolve()
    {
        foreach (StructDeclaration declared in _message.Structs)
        {
            AddStruct(declared);
        }

        CheckMessage();
        EquatableArray<FieldSchema> fields = ResolveFields(_message.Fields, _message.Versions, _message.Name);
        foreach (StructDeclaration declared in _structs.Values)
        {
            CheckNotRecursive(declared);
        }

        IEnumerable<StructSchema> structs = _structs.Values.ToList().Select(declared => new StructSchema(
            declared.Name,
            ClassName(declared),
            declared.Versions,
            ResolveFields(declared.Fields, declared.Versions, declared.Name)));
        return new MessageSchema(
            _message.Kind,
            _message.Key,
            _message.Name,
            _message.Versions,
            _message.Flexible,
            _message.IsLatestUnstable,
            _message.Summary,
            fields,
            new(structs));
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

        CollectStructs(_message.Fields);
        foreach (StructDeclaration declared in _message.Structs)
        {
            CollectStructs(declared.Fields);
        }
    }

    private void CollectStructs(EquatableArray<FieldDeclaration> fields)
    {
        foreach (FieldDeclaration field in fields.Where(field => field.Fields.Count > 0))
        {
            if (_types.ContainsKey(field.TypeName) || FieldTypes.TryParse(field.TypeName, out _))
            {
                Report(ProblemKind.Field, $"{field.TypeName} is not a structure and cannot have fields below it.", field.Span);
            }
            else
            {
                AddStruct(new StructDeclaration(field.TypeName, field.Versions, field.Fields, field.Span));
            }

            CollectStructs(field.Fields);
        }
    }

    private void AddStruct(StructDeclaration declared)
    {
        if (_structs.ContainsKey(declared.Name))
        {
            Report(ProblemKind.Name, $"The structure {declared.Name} is declared twice in {_message.Name}.", declared.Span);
        }
        else
        {
            _structs.Add(declared.Name, declared);
        }
    }

    // A class cannot share its name with a member beside it or inside it.
    private string ClassName(StructDeclaration declared)
    {
        bool isTaken = _message.Fields.Any(field => field.Name == declared.Name)
            || declared.Fields.Any(field => field.Name == declared.Name)
            || declared.Name == _message.Name;
        return isTaken ? declared.Name + "Data" : declared.Name;
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

            resolved.Add(ResolveField(field));
        }

        return new(resolved);
    }

    private FieldSchema ResolveField(FieldDeclaration field)
    {
        string? enumName = null;
        if (_types.TryGetValue(field.TypeName, out TypeDeclaration? domain))
        {
            enumName = domain.EnumName;
        }

        FieldType type = domain?.Type ?? FieldType.Struct;
        if (domain is null && !FieldTypes.TryParse(field.TypeName, out type))
        {
            type = FieldType.Struct;
            if (!_structs.ContainsKey(field.TypeName))
            {
                Report(ProblemKind.Name, $"The type {field.TypeName} is not declared.", field.Span);
            }
        }

        FieldSchema resolved = new(
            field.Name,
            type,
            field.TypeName,
            enumName,
            field.IsArray,
            field.Versions,
            field.Nullable,
            field.Tag,
            field.TaggedVersions,
            field.Default,
            field.IsIgnorable,
            field.IsMapKey,
            field.IsNeverFlexible);
        FieldChecks.Check(resolved, _message, field.Span, _problems);
        return resolved;
    }

    private void CheckNotRecursive(StructDeclaration declared)
    {
        if (_open.Contains(declared.Name))
        {
            Report(ProblemKind.Name, $"The structure {declared.Name} contains itself.", declared.Span);
            return;
        }

        _open.Add(declared.Name);
        foreach (FieldDeclaration field in declared.Fields)
        {
            if (_structs.TryGetValue(field.TypeName, out StructDeclaration? inner))
            {
                CheckNotRecursive(inner);
            }
        }

        _open.RemoveAt(_open.Count - 1);
    }

    private void Report(ProblemKind kind, string message, SourceSpan span) => _problems.Add(new Problem(kind, message, span));
}
