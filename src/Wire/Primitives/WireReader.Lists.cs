using System.Runtime.InteropServices;

namespace Compat.Wire;

// Arrays of primitive types. A list of numbers is no bigger in memory than on the wire and is filled in place.
public ref partial struct WireReader
{
    /// <summary>Reads an array of int8 into an empty list.</summary>
    public void ReadInt8List(List<sbyte> list, int count)
    {
        foreach (ref sbyte value in MakeRoom(list, count))
        {
            value = ReadInt8();
        }
    }

    /// <summary>Reads an array of int16 into an empty list.</summary>
    public void ReadInt16List(List<short> list, int count)
    {
        foreach (ref short value in MakeRoom(list, count))
        {
            value = ReadInt16();
        }
    }

    /// <summary>Reads an array of int32 into an empty list.</summary>
    public void ReadInt32List(List<int> list, int count)
    {
        foreach (ref int value in MakeRoom(list, count))
        {
            value = ReadInt32();
        }
    }

    /// <summary>Reads an array of int64 into an empty list.</summary>
    public void ReadInt64List(List<long> list, int count)
    {
        foreach (ref long value in MakeRoom(list, count))
        {
            value = ReadInt64();
        }
    }

    /// <summary>Reads an array of uuid into an empty list.</summary>
    public void ReadUuidList(List<Uuid> list, int count)
    {
        foreach (ref Uuid value in MakeRoom(list, count))
        {
            value = ReadUuid();
        }
    }

    /// <summary>Reads an array of strings into an empty list.</summary>
    public void ReadStringList(List<string> list, int count, bool flexible)
    {
        list.Capacity = InitialCapacity(count);
        for (int i = 0; i < count; i++)
        {
            list.Add(ReadString(flexible));
        }
    }

    // The count was checked against the bytes left, so the room is never more than the frame.
    private static Span<T> MakeRoom<T>(List<T> list, int count)
        where T : unmanaged
    {
        CollectionsMarshal.SetCount(list, count);
        return CollectionsMarshal.AsSpan(list);
    }
}
