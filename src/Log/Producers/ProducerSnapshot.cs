using System.Buffers.Binary;
using Compat.Wire.Records;

namespace Compat.Log.Producers;

/// <summary>
/// The bytes of a <c>.snapshot</c> file, version 1: an int16 version, the CRC-32C of all that follows it, an int32 count
/// and entries of 46 bytes, big-endian. Kafka writes an entry a producer, with its last batch. Here it is an entry a batch,
/// the last batch last: a producer may still send any of them again after a restart, and would be told that it is out of
/// sequence. Kafka reads the same file, since a later entry of a producer takes the place of an earlier one.
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
        int count = producers.Sum(producer => Math.Max(producer.BatchCount, 1));
        byte[] bytes = new byte[HeaderSize + (count * EntrySize)];
        BinaryPrimitives.WriteInt16BigEndian(bytes, Version);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(CountPosition), count);
        Span<byte> rest = bytes.AsSpan(HeaderSize);
        foreach (ProducerState producer in producers)
        {
            rest = WriteEntries(rest, producer);
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

        Dictionary<long, ProducerState> producers = new(count);
        for (; rest.Length > 0; rest = rest[EntrySize..])
        {
            ReadEntry(rest, producers);
        }

        return [.. producers.Values];
    }

    private static Span<byte> WriteEntries(Span<byte> rest, ProducerState producer)
    {
        for (int index = 0; index < producer.BatchCount - 1; index++)
        {
            WriteEntry(rest, producer, producer.Batch(index), producer.Batch(index).Timestamp, ProducerState.NoOffset);
            rest = rest[EntrySize..];
        }

        WriteEntry(rest, producer, producer.LastBatch, producer.LastTimestamp, producer.TransactionFirstOffset);
        return rest[EntrySize..];
    }

    private static void WriteEntry(Span<byte> entry, ProducerState producer, ProducerBatch? batch, long timestamp, long transactionFirstOffset)
    {
        BinaryPrimitives.WriteInt64BigEndian(entry, producer.ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(entry[8..], producer.Epoch);
        BinaryPrimitives.WriteInt32BigEndian(entry[10..], batch?.LastSequence ?? RecordBatch.NoSequence);
        BinaryPrimitives.WriteInt64BigEndian(entry[14..], batch?.LastOffset ?? ProducerState.NoOffset);
        BinaryPrimitives.WriteInt32BigEndian(entry[22..], batch?.OffsetDelta ?? 0);
        BinaryPrimitives.WriteInt64BigEndian(entry[26..], timestamp);
        BinaryPrimitives.WriteInt32BigEndian(entry[34..], producer.CoordinatorEpoch);
        BinaryPrimitives.WriteInt64BigEndian(entry[38..], transactionFirstOffset);
    }

    private static void ReadEntry(ReadOnlySpan<byte> entry, Dictionary<long, ProducerState> producers)
    {
        long producerId = BinaryPrimitives.ReadInt64BigEndian(entry);
        long transactionFirstOffset = BinaryPrimitives.ReadInt64BigEndian(entry[38..]);
        producers[producerId] = ProducerState.FromSnapshot(
            producerId,
            epoch: BinaryPrimitives.ReadInt16BigEndian(entry[8..]),
            coordinatorEpoch: BinaryPrimitives.ReadInt32BigEndian(entry[34..]),
            transactionFirstOffset: transactionFirstOffset >= 0 ? transactionFirstOffset : ProducerState.NoOffset,
            last: new ProducerBatch(
                LastSequence: BinaryPrimitives.ReadInt32BigEndian(entry[10..]),
                LastOffset: BinaryPrimitives.ReadInt64BigEndian(entry[14..]),
                OffsetDelta: BinaryPrimitives.ReadInt32BigEndian(entry[22..]),
                Timestamp: BinaryPrimitives.ReadInt64BigEndian(entry[26..])),
            earlier: producers.GetValueOrDefault(producerId));
    }
}
