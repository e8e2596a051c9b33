namespace Compat.Wire.Generator.Model;

/// <summary>The types that a field can have on the wire.</summary>
public enum FieldType
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>One byte, signed.</summary>
    Int8,

    /// <summary>Two bytes, signed.</summary>
    Int16,

    /// <summary>Two bytes, unsigned.</summary>
    UInt16,

    /// <summary>Four bytes, signed.</summary>
    Int32,

    /// <summary>Four bytes, unsigned.</summary>
    UInt32,

    /// <summary>Eight bytes, signed.</summary>
    Int64,

    /// <summary>Eight bytes, IEEE 754.</summary>
    Float64,

    /// <summary>Sixteen bytes.</summary>
    Uuid,

    /// <summary>UTF-8 behind its length.</summary>
    String,

    /// <summary>Bytes behind their length.</summary>
    Bytes,

    /// <summary>Record batches behind their length.</summary>
    Records,

    /// <summary>A structure of fields.</summary>
    Struct,
}

/// <summary>What is the same for all fields of a type.</summary>
public static class FieldTypes
{
    private static readonly Dictionary<string, FieldType> ByName = new()
    {
        ["bool"] = FieldType.Bool,
        ["int8"] = FieldType.Int8,
        ["int16"] = FieldType.Int16,
        ["uint16"] = FieldType.UInt16,
        ["int32"] = FieldType.Int32,
        ["uint32"] = FieldType.UInt32,
        ["int64"] = FieldType.Int64,
        ["float64"] = FieldType.Float64,
        ["uuid"] = FieldType.Uuid,
        ["string"] = FieldType.String,
        ["bytes"] = FieldType.Bytes,
        ["records"] = FieldType.Records,
    };

    /// <summary>Finds a primitive type by the name that pages use.</summary>
    public static bool TryParse(string name, out FieldType type) => ByName.TryGetValue(name, out type);

    /// <summary>True for whole numbers.</summary>
    public static bool IsInteger(this FieldType type) => type is >= FieldType.Int8 and <= FieldType.Int64;

    /// <summary>True when a field of the type, by itself, can be null.</summary>
    public static bool CanBeNull(this FieldType type) => type is FieldType.String or FieldType.Bytes or FieldType.Records or FieldType.Struct;

    /// <summary>Bytes on the wire of a type of fixed size; the fewest bytes of one whose length comes first.</summary>
    public static int WireSize(this FieldType type, bool flexible) => type switch
    {
        FieldType.Bool or FieldType.Int8 => 1,
        FieldType.Int16 or FieldType.UInt16 => 2,
        FieldType.Int32 or FieldType.UInt32 => 4,
        FieldType.Int64 or FieldType.Float64 => 8,
        FieldType.Uuid => 16,
        FieldType.String => flexible ? 1 : 2,
        FieldType.Bytes or FieldType.Records => flexible ? 1 : 4,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Bytes that a field of the type takes in its object; what it refers to is not counted.</summary>
    public static int HeapSize(this FieldType type) => type switch
    {
        FieldType.Bool or FieldType.Int8 => 1,
        FieldType.Int16 or FieldType.UInt16 => 2,
        FieldType.Int32 or FieldType.UInt32 => 4,
        FieldType.Uuid => 16,
        FieldType.Bytes => 24,
        FieldType.Records => 32,
        _ => 8,
    };
}
