using System.Buffers.Binary;
using Layout = Compat.Wire.Records.RecordBatchLayout;

namespace Compat.Wire.Records;

/// <summary>
/// Changes a whole batch of magic 2 in place. Base offset and leader epoch lie outside the checksum, so that a leader can
/// assign them without touching the records; everything else means computing the checksum again.
/// </summary>
public static class RecordBatchPatch
{
    /// <summary>Sets the offset of the first record; all others follow from it.</summary>
    /// <param name="batch">The batch, from its first byte.</param>
    /// <param name="baseOffset">The offset.</param>
    public static void SetBaseOffset(Span<byte> batch, long baseOffset) =>
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);

    /// <summary>Sets the epoch of the leader that writes the batch.</summary>
    /// <param name="batch">The batch, from its first byte.</param>
    /// <param name="epoch">The leader epoch, or -1.</param>
    public static void SetPartitionLeaderEpoch(Span<byte> batch, int epoch) =>
        BinaryPrimitives.WriteInt32BigEndian(batch[Layout.PartitionLeaderEpoch..], epoch);

    /// <summary>
    /// Sets timestamp type and maximum timestamp, and the checksum if either is new. With
    /// <see cref="TimestampType.LogAppendTime"/> every record then has <paramref name="maxTimestamp"/> as its timestamp.
    /// </summary>
    /// <param name="batch">The whole batch and nothing behind it.</param>
    /// <param name="type">Who sets the timestamps.</param>
    /// <param name="maxTimestamp">ms since 1970, or -1.</param>
    public static void SetMaxTimestamp(Span<byte> batch, TimestampType type, long maxTimestamp)
    {
        if (SetTimestampFields(batch, type, maxTimestamp))
        {
            UpdateCrc(batch);
        }
    }

    /// <summary>Computes and stores the checksum.</summary>
    /// <param name="batch">The whole batch and nothing behind it.</param>
    public static void UpdateCrc(Span<byte> batch) =>
        BinaryPrimitives.WriteUInt32BigEndian(batch[Layout.Crc..], Crc32C.Compute(batch[Layout.Attributes..]));

    /// <summary>Sets timestamp type and maximum timestamp but not the checksum; false if neither was new.</summary>
    internal static bool SetTimestampFields(Span<byte> batch, TimestampType type, long maxTimestamp)
    {
        Span<byte> attributesField = batch[Layout.Attributes..];
        var attributes = (RecordBatchAttributes)BinaryPrimitives.ReadInt16BigEndian(attributesField);
        RecordBatchAttributes wanted = type == TimestampType.LogAppendTime
            ? attributes | RecordBatchAttributes.LogAppendTime
            : attributes & ~RecordBatchAttributes.LogAppendTime;
        Span<byte> timestampField = batch[Layout.MaxTimestamp..];
        if (wanted == attributes && BinaryPrimitives.ReadInt64BigEndian(timestampField) == maxTimestamp)
        {
            return false;
        }

        BinaryPrimitives.WriteInt16BigEndian(attributesField, (short)wanted);
        BinaryPrimitives.WriteInt64BigEndian(timestampField, maxTimestamp);
        return true;
    }
}
