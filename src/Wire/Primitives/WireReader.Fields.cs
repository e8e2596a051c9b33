using System.Text;

namespace Compat.Wire;

// Fields whose length comes first: strings, bytes, records, arrays and the tagged section. In the flexible encoding a length is
// an unsigned varint of the length plus one, and 0 is null; in the older one it is an int16 or int32, and a negative one is null.
public ref partial struct WireReader
{
    /// <summary>The longest string of the protocol, in bytes.</summary>
    public const int MaxStringLength = short.MaxValue;

    private const int Null = -1;
    private const int StringOverhead = 22;
    private const int CapacityShare = 32;

    /// <summary>Reads a string that cannot be null.</summary>
    /// <param name="flexible">True in the flexible versions of the message.</param>
    public string ReadString(bool flexible) => ReadNullableString(flexible) ?? throw NullFound("string");

    /// <summary>Reads a string that may be null.</summary>
    /// <param name="flexible">True in the flexible versions of the message.</param>
    public string? ReadNullableString(bool flexible)
    {
        int length = flexible ? ReadCompactLength() : Math.Max(ReadInt16(), (short)Null);
        switch (length)
        {
            case Null:
                return null;
            case 0:
                return "";
            case > MaxStringLength:
                throw new WireFormatException($"A string of {length} bytes is longer than the protocol allows.");
        }

        ReadOnlySpan<byte> bytes = Take(length);
        Charge(StringOverhead + (2 * length));
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Reads bytes that cannot be null, as a slice of the frame.</summary>
    /// <param name="flexible">True in the flexible versions of the message.</param>
    public ReadOnlyMemory<byte> ReadBytes(bool flexible) => ReadNullableBytes(flexible) ?? throw NullFound("bytes");

    /// <summary>Reads bytes that may be null, as a slice of the frame.</summary>
    /// <param name="flexible">True in the flexible versions of the message.</param>
    public ReadOnlyMemory<byte>? ReadNullableBytes(bool flexible)
    {
        int length = ReadLength(flexible);

        // Not a bare null: that would become an empty slice by the conversion from arrays.
        return length == Null ? default(ReadOnlyMemory<byte>?) : ReadSlice(length);
    }

    /// <summary>Reads a records field that cannot be null, as a slice of the frame.</summary>
    /// <param name="flexible">True in the flexible versions of the message.</param>
    public RecordsPayload ReadRecords(bool flexible) => new(ReadBytes(flexible));

    /// <summary>Reads a records field, null or a slice of the frame.</summary>
    /// <param name="flexible">True in the flexible versions of the message.</param>
    public RecordsPayload ReadNullableRecords(bool flexible)
    {
        int length = ReadLength(flexible);
        return length == Null ? default : new RecordsPayload(ReadSlice(length));
    }

    /// <summary>Reads the count of an array that cannot be null.</summary>
    /// <param name="flexible">True in the flexible versions of the message.</param>
    /// <param name="elementSize">The fewest bytes an element takes on the wire.</param>
    /// <param name="elementCost">Bytes an element takes in memory, its place in the list included, without what is charged when it is read.</param>
    public int ReadArrayCount(bool flexible, int elementSize, int elementCost)
    {
        int count = ReadNullableArrayCount(flexible, elementSize, elementCost);
        return count == Null ? throw NullFound("array") : count;
    }

    /// <summary>Reads the count of an array that may be null, for which it answers -1.</summary>
    /// <param name="flexible">True in the flexible versions of the message.</param>
    /// <param name="elementSize">The fewest bytes an element takes on the wire.</param>
    /// <param name="elementCost">Bytes an element takes in memory, its place in the list included, without what is charged when it is read.</param>
    public int ReadNullableArrayCount(bool flexible, int elementSize, int elementCost)
    {
        int count = ReadLength(flexible);
        if (count > 0)
        {
            if ((long)count * elementSize > Remaining)
            {
                throw new WireFormatException($"An array says it has {count} elements, and {Remaining} bytes are left.");
            }

            Charge((long)count * elementCost);
        }

        return count;
    }

    /// <summary>
    /// The room to make for a list of <paramref name="count"/> objects: all of it when the bytes left make that likely,
    /// so that a false count costs no more than a share of the frame. The list grows beyond it as elements are really read.
    /// </summary>
    public readonly int InitialCapacity(int count) => Math.Min(count, (Remaining / CapacityShare) + 4);

    /// <summary>Reads whether a nullable structure is there: a negative byte is null.</summary>
    public bool ReadStructPresence() => ReadInt8() >= 0;

    /// <summary>Passes over the tagged section of a structure that knows no tags.</summary>
    public void SkipTaggedFields()
    {
        uint count = ReadUnsignedVarint();
        int previous = -1;
        for (uint i = 0; i < count; i++)
        {
            previous = ReadTag(previous);
            Skip(ReadTaggedSize());
        }
    }

    /// <summary>Reads the number of a tag, which must be above <paramref name="previous"/>.</summary>
    public int ReadTag(int previous)
    {
        uint tag = ReadUnsignedVarint();
        return tag <= int.MaxValue && (int)tag > previous
            ? (int)tag
            : throw new WireFormatException($"Tag {tag} follows tag {previous}; tags must ascend.");
    }

    /// <summary>Reads the size in bytes of a tagged field.</summary>
    public int ReadTaggedSize()
    {
        uint size = ReadUnsignedVarint();
        return size <= (uint)Remaining
            ? (int)size
            : throw new WireFormatException($"A tagged field says it has {size} bytes, and {Remaining} are left.");
    }

    /// <summary>Checks that a tagged field ended where its size said.</summary>
    /// <param name="end">The position behind the field.</param>
    public readonly void CheckTaggedEnd(int end)
    {
        if (_position != end)
        {
            throw new WireFormatException($"A tagged field should end at position {end}, and ends at {_position}.");
        }
    }

    private static WireFormatException NullFound(string type) => new($"A null {type} is where the version allows none.");

    private int ReadLength(bool flexible) => flexible ? ReadCompactLength() : Math.Max(ReadInt32(), Null);

    private int ReadCompactLength()
    {
        uint lengthPlusOne = ReadUnsignedVarint();
        return lengthPlusOne <= int.MaxValue
            ? (int)lengthPlusOne - 1
            : throw new WireFormatException($"A length of {lengthPlusOne - 1} is more than a frame can hold.");
    }
}
