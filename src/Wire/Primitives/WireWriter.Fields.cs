using System.Runtime.InteropServices;
using System.Text;

namespace Compat.Wire;

// Fields whose length comes first, in the flexible encoding (unsigned varint of the length plus one, 0 for null)
// and the older one (int16 or int32, -1 for null).
public ref partial struct WireWriter
{
    /// <summary>Writes a string.</summary>
    /// <exception cref="InvalidOperationException">The string is longer than <see cref="WireReader.MaxStringLength"/> bytes.</exception>
    public void WriteString(string value, bool flexible)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        if (length > WireReader.MaxStringLength)
        {
            throw new InvalidOperationException($"A string of {length} bytes is longer than the protocol allows.");
        }

        if (flexible)
        {
            WriteUnsignedVarint((uint)length + 1);
        }
        else
        {
            WriteInt16((short)length);
        }

        Encoding.UTF8.GetBytes(value, Reserve(length));
    }

    /// <summary>Writes a string or null.</summary>
    /// <exception cref="InvalidOperationException">The string is longer than <see cref="WireReader.MaxStringLength"/> bytes.</exception>
    public void WriteNullableString(string? value, bool flexible)
    {
        if (value is not null)
        {
            WriteString(value, flexible);
        }
        else if (flexible)
        {
            WriteUnsignedVarint(0);
        }
        else
        {
            WriteInt16(-1);
        }
    }

    /// <summary>Writes bytes behind their length.</summary>
    public void WriteBytes(ReadOnlyMemory<byte> value, bool flexible)
    {
        WriteLength(value.Length, flexible);
        WriteRaw(value.Span);
    }

    /// <summary>Writes bytes behind their length, or null.</summary>
    public void WriteNullableBytes(ReadOnlyMemory<byte>? value, bool flexible)
    {
        if (value is { } bytes)
        {
            WriteBytes(bytes, flexible);
        }
        else
        {
            WriteLength(-1, flexible);
        }
    }

    /// <summary>Writes a records field; a payload with a source is read straight into the output.</summary>
    public void WriteRecords(RecordsPayload value, bool flexible)
    {
        WriteLength(value.Size, flexible);
        value.CopyTo(Reserve(value.Size));
    }

    /// <summary>Writes a records field, or null.</summary>
    public void WriteNullableRecords(RecordsPayload value, bool flexible)
    {
        if (value.IsNull)
        {
            WriteLength(-1, flexible);
        }
        else
        {
            WriteRecords(value, flexible);
        }
    }

    /// <summary>Writes the count of an array; -1 for null.</summary>
    public void WriteArrayCount(int count, bool flexible) => WriteLength(count, flexible);

    /// <summary>Writes an array of int8.</summary>
    public void WriteInt8List(List<sbyte> list, bool flexible)
    {
        WriteLength(list.Count, flexible);
        WriteRaw(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(list)));
    }

    /// <summary>Writes an array of int16.</summary>
    public void WriteInt16List(List<short> list, bool flexible)
    {
        WriteLength(list.Count, flexible);
        foreach (short value in CollectionsMarshal.AsSpan(list))
        {
            WriteInt16(value);
        }
    }

    /// <summary>Writes an array of int32.</summary>
    public void WriteInt32List(List<int> list, bool flexible)
    {
        WriteLength(list.Count, flexible);
        foreach (int value in CollectionsMarshal.AsSpan(list))
        {
            WriteInt32(value);
        }
    }

    /// <summary>Writes an array of int64.</summary>
    public void WriteInt64List(List<long> list, bool flexible)
    {
        WriteLength(list.Count, flexible);
        foreach (long value in CollectionsMarshal.AsSpan(list))
        {
            WriteInt64(value);
        }
    }

    /// <summary>Writes an array of uuid.</summary>
    public void WriteUuidList(List<Uuid> list, bool flexible)
    {
        WriteLength(list.Count, flexible);
        foreach (Uuid value in CollectionsMarshal.AsSpan(list))
        {
            WriteUuid(value);
        }
    }

    /// <summary>Writes an array of strings.</summary>
    public void WriteStringList(List<string> list, bool flexible)
    {
        WriteLength(list.Count, flexible);
        foreach (string value in CollectionsMarshal.AsSpan(list))
        {
            WriteString(value, flexible);
        }
    }

    /// <summary>Writes the byte that says whether a nullable structure is there.</summary>
    public void WriteStructPresence(bool isPresent) => WriteInt8(isPresent ? (sbyte)1 : (sbyte)-1);

    /// <summary>Starts a tagged field whose size is not known yet.</summary>
    /// <returns>What <see cref="EndTaggedField"/> wants back.</returns>
    public int BeginTaggedField(int tag)
    {
        WriteUnsignedVarint((uint)tag);
        Reserve(1);
        _openSizes++;
        return _position;
    }

    /// <summary>Puts the size in front of the tagged field that began at <paramref name="start"/>.</summary>
    public void EndTaggedField(int start)
    {
        int size = _position - start;
        int sizeLength = UnsignedVarintSize((uint)size);
        if (sizeLength > 1)
        {
            // One byte was kept for the size; the rare longer field moves up to make room.
            Reserve(sizeLength - 1);
            _span.Slice(start, size).CopyTo(_span[(start + sizeLength - 1)..]);
        }

        _openSizes--;
        int position = start - 1;
        uint rest = (uint)size;
        for (; rest >= 0x80; rest >>= 7)
        {
            _span[position++] = (byte)(rest | 0x80);
        }

        _span[position] = (byte)rest;
    }

    /// <summary>Bytes of an unsigned varint.</summary>
    public static int UnsignedVarintSize(uint value)
    {
        int size = 1;
        for (; value >= 0x80; value >>= 7)
        {
            size++;
        }

        return size;
    }

    private void WriteLength(int length, bool flexible)
    {
        if (flexible)
        {
            WriteUnsignedVarint((uint)(length + 1));
        }
        else
        {
            WriteInt32(length);
        }
    }
}
