using System.Buffers.Binary;
using Compat.Wire.Records;

namespace Compat.Log.Producers;

/// <summary>
/// The bytes of a <c>.snapshot</c> file, version 1: an int16 version, the CRC-32C of all that follows it, an int32 count
/// and 46 bytes a producer, big-endian.
/// </summary>
internal static class ProducerSnapshot
{
    /// <summary>The size of a snapshot without producers.</summary>
    public const int HeaderSize = 10;

    private const short Version = 1;
    private const int CrcPosition = 2;
    private const int CountPosition = 6;
    private const int EntrySize = 46;

    /// <summary>Writes a snapshot of these producers.</summary>
    public static byte[] Write(IReadOnlyCollection<ProducerState> producers)
    {
        byte[] bytes = new byte[HeaderSize + (producers.Count * EntrySize)];
        BinaryPrimitives.WriteInt16BigEndian(bytes, Version);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(CountPosition), producers.Count);
        Span<byte> rest = bytes.AsSpan(HeaderSize);
        foreach (ProducerState producer in producers)
        {
            WriteEntry(rest, producer);
            rest = rest[EntrySize..];
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(CrcPosition), Crc32C.Compute(bytes.AsSpan(CountPosition)));
        return bytes;
    }

    /// <summary>Reads a snapshot; null when it is not whole, of another version, or its checksum is wrong.</summary>
    public static List<ProducerState>? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize
            || BinaryPrimitives.ReadInt16BigEndian(bytes) != Version
            || BinaryPrimitives.ReadUInt32BigEndian(bytes[CrcPosition..]) != Crc32C.Compute(bytes[CountPosition..]))
        {
            return null;
        }

        int count = BinaryPrimitives.ReadInt32BigEndian(bytes[CountPosition..]);
        ReadOnlySpan<byte> rest = bytes[HeaderSize..];
        if (count < 0 || rest.Length != (long)count * EntrySize)
        {
            return null;
        }

        List<ProducerState> producers = new(count);
        for (; rest.Length > 0; rest = rest[EntrySize..])
        {
            producers.Add(ReadEntry(rest));
        }

        return producers;
    }

    private static void WriteEntry(Span<byte> entry, ProducerState producer)
    {
        BinaryPrimitives.WriteInt64BigEndian(entry, producer.ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(entry[8..], producer.Epoch);
        BinaryPrimitives.WriteInt32BigEndian(entry[10..], producer.LastSequence);
        BinaryPrimitives.WriteInt64BigEndian(entry[14..], producer.LastOffset);
        BinaryPrimitives.WriteInt32BigEndian(entry[22..], producer.LastBatch?.OffsetDelta ?? 0);
        BinaryPrimitives.WriteInt64BigEndian(entry[26..], producer.LastTimestamp);
        BinaryPrimitives.WriteInt32BigEndian(entry[34..], producer.CoordinatorEpoch);
        BinaryPrimitives.WriteInt64BigEndian(entry[38..], producer.TransactionFirstOffset);
    }

    private static ProducerState ReadEntry(ReadOnlySpan<byte> entry)
    {
        long transactionFirstOffset = BinaryPrimitives.ReadInt64BigEndian(entry[38..]);
        return ProducerState.FromSnapshot(
            producerId: BinaryPrimitives.ReadInt64BigEndian(entry),
            epoch: BinaryPrimitives.ReadInt16BigEndian(entry[8..]),
            coordinatorEpoch: BinaryPrimitives.ReadInt32BigEndian(entry[34..]),
            transactionFirstOffset: transactionFirstOffset >= 0 ? transactionFirstOffset : ProducerState.NoOffset,
            last: new ProducerBatch(
                LastSequence: BinaryPrimitives.ReadInt32BigEndian(entry[10..]),
                LastOffset: BinaryPrimitives.ReadInt64BigEndian(entry[14..]),
                OffsetDelta: BinaryPrimitives.ReadInt32BigEndian(entry[22..]),
                Timestamp: BinaryPrimitives.ReadInt64BigEndian(entry[26..])));
    }
}
