using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Emission;

/// <summary>How small an element of an array can be on the wire and how large it is in memory, for the checks before allocating.</summary>
internal static class SizeEstimate
{
    private const int ObjectOverhead = 16;
    private const int ListObject = 32;
    private const int Word = 8;

    /// <summary>The fewest bytes that an element of the array takes in any version of the message.</summary>
    public static int WireSize(FieldSchema array, StructContext context)
    {
        MessageSchema message = context.Message;
        VersionRange versions = array.Versions.And(context.Versions);
        int least = int.MaxValue;
        for (int version = versions.Low; version <= versions.High; version++)
        {
            bool flexible = message.Flexible.Contains(version);
            int size = array.Type == FieldType.Struct
                ? StructWireSize(context.StructOf(array), context, version)
                : array.Type.WireSize(flexible);
            least = Math.Min(least, size);
        }

        return Math.Max(least, 1);
    }

    /// <summary>Bytes that an element of the array takes in memory, with its place in the list.</summary>
    public static int HeapSize(FieldSchema array, StructContext context) => array.Type switch
    {
        FieldType.Struct => Word + StructHeapSize(context.StructOf(array), context),
        _ => array.Type.HeapSize(),
    };

    private static int StructWireSize(StructSchema declared, StructContext context, int version)
    {
        bool flexible = context.Message.Flexible.Contains(version);
        int size = flexible ? 1 : 0;
        foreach (FieldSchema field in declared.Fields.Where(field => field.PlainVersions.Contains(version)))
        {
            bool isCompact = flexible && !field.IsNeverFlexible;
            size += field switch
            {
                { IsArray: true } => isCompact ? 1 : 4,
                { Type: FieldType.Struct } when field.Nullable.Contains(version) => 1,
                { Type: FieldType.Struct } => StructWireSize(context.StructOf(field), context, version),
                _ => field.Type.WireSize(isCompact),
            };
        }

        return size;
    }

    private static int StructHeapSize(StructSchema declared, StructContext context)
    {
        int size = ObjectOverhead;
        foreach (FieldSchema field in declared.Fields)
        {
            size += field switch
            {
                { IsArray: true } => Word + ListObject,
                { Type: FieldType.Struct } => Word + StructHeapSize(context.StructOf(field), context),
                _ => field.Type.HeapSize(),
            };
        }

        return (size + Word - 1) / Word * Word;
    }
}
