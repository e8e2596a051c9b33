using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Parsing;

/// <summary>The structures that a message declares, by name and in place, before their fields are looked at.</summary>
internal sealed class StructNames
{
    private readonly MessageDeclaration _message;
    private readonly Dictionary<string, TypeDeclaration> _types;
    private readonly List<Problem> _problems;
    private readonly Dictionary<string, StructDeclaration> _structs = [];
    private readonly List<string> _open = [];

    public StructNames(MessageDeclaration message, Dictionary<string, TypeDeclaration> types, List<Problem> problems)
    {
        _message = message;
        _types = types;
        _problems = problems;
    }

    /// <summary>Gathers the names and notes those that are declared twice, are types already, or contain themselves.</summary>
    public void Check()
    {
        foreach (StructDeclaration declared in _message.Structs)
        {
            Add(declared);
            AddInPlace(declared.Fields);
        }

        AddInPlace(_message.Fields);
        foreach (StructDeclaration declared in _structs.Values)
        {
            CheckNotRecursive(declared);
        }
    }

    /// <summary>Finds the versions of a structure that is declared by name.</summary>
    public bool TryGetVersions(string name, VersionRange all, out VersionRange versions)
    {
        bool isThere = _structs.TryGetValue(name, out StructDeclaration? declared);
        versions = declared?.Versions ?? all;
        return isThere;
    }

    private void AddInPlace(EquatableArray<FieldDeclaration> fields)
    {
        foreach (FieldDeclaration field in fields.Where(field => field.Fields.Count > 0))
        {
            if (_types.ContainsKey(field.TypeName) || FieldTypes.TryParse(field.TypeName, out _))
            {
                _problems.Add(new Problem(ProblemKind.Field, $"{field.TypeName} is not a structure and cannot have fields below it.", field.Span));
            }
            else
            {
                Add(new StructDeclaration(field.TypeName, field.Versions, field.Fields, field.Span));
            }

            AddInPlace(field.Fields);
        }
    }

    private void Add(StructDeclaration declared)
    {
        if (_structs.ContainsKey(declared.Name))
        {
            _problems.Add(new Problem(ProblemKind.Name, $"The structure {declared.Name} is declared twice in {_message.Name}.", declared.Span));
        }
        else
        {
            _structs.Add(declared.Name, declared);
        }
    }

    private void CheckNotRecursive(StructDeclaration declared)
    {
        if (_open.Contains(declared.Name))
        {
            _problems.Add(new Problem(ProblemKind.Name, $"The structure {declared.Name} contains itself.", declared.Span));
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
}
