using System.Buffers.Binary;

namespace Compat.Wire.Records;

/// <summary>The control record that ends a producer's transaction in a partition (KIP-98).</summary>
/// <param name="Type"><see cref="ControlRecordType.Commit"/> or <see cref="ControlRecordType.Abort"/>.</param>
/// <param name="CoordinatorEpoch">The epoch of the transaction coordinator that wrote it.</param>
public readonly record struct EndTransactionMarker(ControlRecordType Type, int CoordinatorEpoch)
{
    private const int ValueSize = 6;
    private const short Version = 0;

    /// <summary>A batch with this marker alone.</summary>
    /// <param name="timestamp">ms since 1970.</param>
    /// <param name="producerId">The producer whose transaction ends.</param>
    /// <param name="producerEpoch">Its epoch.</param>
    /// <param name="partitionLeaderEpoch">The epoch of the leader that writes it, or -1.</param>
    /// <exception cref="InvalidOperationException">The type is neither commit nor abort.</exception>
    public byte[] ToBatch(long timestamp, long producerId, short producerEpoch, int partitionLeaderEpoch = RecordBatch.NoPartitionLeaderEpoch)
    {
        if (!IsMarker(Type))
        {
            throw new InvalidOperationException($"{Type} does not end a transaction.");
        }

        using var builder = new RecordBatchBuilder
        {
            ProducerId = producerId,
            ProducerEpoch = producerEpoch,
            IsTransactional = true,
            IsControl = true,
            PartitionLeaderEpoch = partitionLeaderEpoch,
        };
        byte[] value = new byte[ValueSize];
        BinaryPrimitives.WriteInt16BigEndian(value, Version);
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(2), CoordinatorEpoch);
        builder.AppendControl(timestamp, Type, value);
        return builder.Build();
    }

    /// <summary>Reads a marker. Values of later versions are read as far as they are known.</summary>
    /// <param name="record">A record of a control batch whose key says commit or abort.</param>
    /// <exception cref="WireFormatException">The record is no marker.</exception>
    public static EndTransactionMarker Read(scoped in Record record)
    {
        ControlRecordType type = ControlRecordTypes.Parse(record.Key);
        if (!IsMarker(type))
        {
            throw new WireFormatException($"A control record of type {type} does not end a transaction.");
        }

        ReadOnlySpan<byte> value = record.Value;
        if (value.Length < ValueSize || BinaryPrimitives.ReadInt16BigEndian(value) < Version)
        {
            throw new WireFormatException("A transaction marker has a value that is not one.");
        }

        return new EndTransactionMarker(type, BinaryPrimitives.ReadInt32BigEndian(value[2..]));
    }

    private static bool IsMarker(ControlRecordType type) => type is ControlRecordType.Commit or ControlRecordType.Abort;
}
