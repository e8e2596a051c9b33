using System.Buffers.Binary;

namespace Compat.Wire.Records;

/// <summary>The keys of control records: a version (0) and a type, both int16.</summary>
public static class ControlRecordTypes
{
    private const int KeySize = 4;
    private const short Version = 0;

    /// <summary>The key of a control record of the type.</summary>
    /// <param name="type">Any but <see cref="ControlRecordType.Unknown"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such type.</exception>
    public static byte[] Key(ControlRecordType type)
    {
        if (type is < ControlRecordType.Abort or > ControlRecordType.KRaftVoters)
        {
            throw new ArgumentOutOfRangeException(nameof(type), type, "Only known control records are written.");
        }

        byte[] key = new byte[KeySize];
        BinaryPrimitives.WriteInt16BigEndian(key, Version);
        BinaryPrimitives.WriteInt16BigEndian(key.AsSpan(2), (short)type);
        return key;
    }

    /// <summary>The type that a control record's key names. Keys of later versions are read as far as they are known.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="WireFormatException">The key is too short or has a negative version.</exception>
    public static ControlRecordType Parse(ReadOnlySpan<byte> key)
    {
        if (key.Length < KeySize)
        {
            throw new WireFormatException($"A control record has a key of {key.Length} bytes, not {KeySize}.");
        }

        short version = BinaryPrimitives.ReadInt16BigEndian(key);
        if (version < Version)
        {
            throw new WireFormatException($"A control record has a key of version {version}.");
        }

        var type = (ControlRecordType)BinaryPrimitives.ReadInt16BigEndian(key[2..]);
        return type is >= ControlRecordType.Abort and <= ControlRecordType.KRaftVoters ? type : ControlRecordType.Unknown;
    }
}
