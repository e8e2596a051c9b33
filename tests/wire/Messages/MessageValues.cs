using System.Collections;
using Compat.Wire.Generator.Model;

namespace Compat.Wire.Tests.Messages;

/// <summary>Fills messages with values that a version can carry, and compares messages value by value.</summary>
public sealed class MessageValues(MessageSchema message, short version)
{
    private const int MaxElements = 3;

    private static readonly string[] Texts = ["", "a", "topic-0", "ü€😀", new('x', 127), new('y', 200)];

    /// <summary>Makes a message with values for every field of the version.</summary>
    public IWireMessage Create(Random random)
    {
        object instance = Activator.CreateInstance(MessageCodec.Of(message).Type)!;
        Fill(instance, message.Fields, random);
        return (IWireMessage)instance;
    }

    /// <summary>The first difference between two messages, or null when they are the same.</summary>
    public string? Difference(IWireMessage expected, IWireMessage actual) => Difference(message.Name, message.Fields, expected, actual);

    private void Fill(object instance, IReadOnlyList<FieldSchema> fields, Random random)
    {
        foreach (FieldSchema field in fields)
        {
            bool isLeftOut = field.Tag >= 0 && random.Next(3) == 0;
            if (field.Versions.Contains(version) && !isLeftOut)
            {
                object? value = field.Nullable.Contains(version) && random.Next(4) == 0 ? null : Value(instance, field, random);
                instance.GetType().GetProperty(field.Name)!.SetValue(instance, value);
            }
        }
    }

    private object Value(object instance, FieldSchema field, Random random)
    {
        Type property = instance.GetType().GetProperty(field.Name)!.PropertyType;
        if (!field.IsArray)
        {
            return Element(property, field, random);
        }

        IList list = (IList)Activator.CreateInstance(property)!;
        for (int count = random.Next(MaxElements + 1); count > 0; count--)
        {
            list.Add(Element(property.GenericTypeArguments[0], field, random));
        }

        return list;
    }

    private object Element(Type type, FieldSchema field, Random random)
    {
        switch (field.Type)
        {
            case FieldType.Struct:
                object inner = Activator.CreateInstance(type)!;
                Fill(inner, FieldsOf(field), random);
                return inner;
            case FieldType.Bool:
                return random.Next(2) == 0;
            case FieldType.Int8:
                return (sbyte)Number(random);
            case FieldType.Int16:
                return type == typeof(ErrorCode) ? (ErrorCode)(short)Number(random) : (short)Number(random);
            case FieldType.UInt16:
                return (ushort)Number(random);
            case FieldType.Int32:
                return (int)Number(random);
            case FieldType.UInt32:
                return (uint)Number(random);
            case FieldType.Int64:
                return Number(random);
            case FieldType.Float64:
                return random.NextDouble() * Number(random);
            case FieldType.Uuid:
                return new Uuid((ulong)Number(random), (ulong)Number(random));
            case FieldType.String:
                return Texts[random.Next(Texts.Length)];
            case FieldType.Bytes:
                return new ReadOnlyMemory<byte>(Bytes(random));
            default:
                return new RecordsPayload(Bytes(random));
        }
    }

    private static long Number(Random random) => random.Next(4) switch
    {
        0 => 0,
        1 => -1,
        2 => random.Next(200),
        _ => random.NextInt64(long.MinValue, long.MaxValue),
    };

    private static byte[] Bytes(Random random)
    {
        byte[] bytes = new byte[random.Next(3) * random.Next(100)];
        random.NextBytes(bytes);
        return bytes;
    }

    private string? Difference(string path, IReadOnlyList<FieldSchema> fields, object expected, object actual) => fields
        .Select(field => Difference($"{path}.{field.Name}", field, Get(expected, field), Get(actual, field)))
        .FirstOrDefault(difference => difference is not null);

    private string? Difference(string path, FieldSchema field, object? expected, object? actual)
    {
        if (expected is null || actual is null)
        {
            return ReferenceEquals(expected, actual) ? null : $"{path}: {expected ?? "null"} became {actual ?? "null"}";
        }

        if (expected is not IList expectedList || actual is not IList actualList)
        {
            return ElementDifference(path, field, expected, actual);
        }

        return expectedList.Count != actualList.Count
            ? $"{path}: {expectedList.Count} elements became {actualList.Count}"
            : Enumerable.Range(0, expectedList.Count)
                .Select(i => ElementDifference($"{path}[{i}]", field, expectedList[i]!, actualList[i]!))
                .FirstOrDefault(difference => difference is not null);
    }

    private string? ElementDifference(string path, FieldSchema field, object expected, object actual)
    {
        bool isSame = field.Type switch
        {
            FieldType.Struct => Difference(path, FieldsOf(field), expected, actual) is null,
            FieldType.Bytes => ((ReadOnlyMemory<byte>)expected).Span.SequenceEqual(((ReadOnlyMemory<byte>)actual).Span),
            FieldType.Records => ((RecordsPayload)expected).IsNull == ((RecordsPayload)actual).IsNull
                && ((RecordsPayload)expected).Memory.Span.SequenceEqual(((RecordsPayload)actual).Memory.Span),
            _ => expected.Equals(actual),
        };
        return isSame ? null
            : field.Type == FieldType.Struct ? Difference(path, FieldsOf(field), expected, actual)
            : $"{path}: {expected} became {actual}";
    }

    private EquatableArray<FieldSchema> FieldsOf(FieldSchema field) =>
        message.Structs.Single(declared => declared.Name == field.TypeName).Fields;

    private static object? Get(object instance, FieldSchema field) => instance.GetType().GetProperty(field.Name)!.GetValue(instance);
}
