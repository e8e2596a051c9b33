using System.Buffers;
using Compat.Wire;
using Compat.Wire.Messages;

namespace Compat.Replication.Metadata;

/// <summary>
/// The bytes of a metadata record: an unsigned varint 1 for the frame, one for the type, one for the version, then the
/// record.
/// </summary>
public static class MetadataRecordSerde
{
    private const uint FrameVersion = 1;

    /// <summary>Writes a record's value.</summary>
    /// <exception cref="InvalidOperationException">The record has a value that its version cannot carry.</exception>
    public static void Write(MetadataRecord record, IBufferWriter<byte> output)
    {
        var writer = new WireWriter(output);
        writer.WriteUnsignedVarint(FrameVersion);
        writer.WriteUnsignedVarint((uint)record.Message.Type);
        writer.WriteUnsignedVarint((uint)record.Version);
        record.Message.Write(ref writer, record.Version);
        writer.Flush();
    }

    /// <summary>Reads a record's value.</summary>
    /// <exception cref="WireFormatException">The bytes are no record that this broker knows.</exception>
    public static MetadataRecord Read(ReadOnlyMemory<byte> value)
    {
        var reader = new WireReader(value);
        uint frameVersion = reader.ReadUnsignedVarint();
        if (frameVersion != FrameVersion)
        {
            throw new WireFormatException($"A metadata record has frame version {frameVersion}; {FrameVersion} is the known one.");
        }
        uint type = reader.ReadUnsignedVarint();
        uint version = reader.ReadUnsignedVarint();
        if (type > (uint)short.MaxValue || version > (uint)short.MaxValue)
        {
            throw new WireFormatException($"A metadata record has type {type} and version {version}.");
        }
        IMetadataRecord message = MetadataRecords.Read((short)type, ref reader, (short)version);
        if (reader.Remaining != 0)
        {
            throw new WireFormatException($"{reader.Remaining} bytes follow a metadata record of type {type}.");
        }
        return new MetadataRecord(message, (short)version);
    }
}
