using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Compat.Architecture.Tests;

/// <summary>Many brokers live in one process, so no assembly of the product may keep state in statics.</summary>
public class StateTests
{
    public static TheoryData<string> Assemblies =>
        [.. Repository.SourceProjects.Where(project => project != "Wire.Generator").Select(Layers.AssemblyNameOf)];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_static_field_can_change(string assembly) =>
        Rule.Holds(StaticFields(assembly).Where(field => !field.IsInitOnly && !field.IsLiteral).Select(Describe), "Many brokers live in one process: make it an instance field or readonly.");

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_static_field_holds_a_collection_that_can_grow(string assembly) =>
        Rule.Holds(StaticFields(assembly).Where(field => CanGrow(field.FieldType)).Select(Describe), "Use a frozen or immutable collection, or an instance field.");

    private static IEnumerable<FieldInfo> StaticFields(string assembly) =>
        Assembly.Load(assembly).GetTypes()
            .Where(type => !IsCompilerGenerated(type))
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => !field.Name.Contains('<'));

    private static bool IsCompilerGenerated(Type? type) =>
        type is not null && (type.Name.Contains('<') || type.IsDefined(typeof(CompilerGeneratedAttribute), false) || IsCompilerGenerated(type.DeclaringType));

    private static bool CanGrow(Type type) =>
        type.Namespace is "System.Collections.Generic" or "System.Collections.Concurrent"
        && type.IsClass
        && typeof(IEnumerable).IsAssignableFrom(type);

    private static string Describe(FieldInfo field) => $"{field.DeclaringType}.{field.Name}: {field.FieldType.Name}";
}
