using System.Buffers.Binary;

namespace Compat.Wire.Records;

/// <summary>The first look at the records of one partition in a Produce request, before any topic is asked.</summary>
public static class ProducedRecords
{
    // The least that any format of a message has behind its length; a shorter one is no message of any magic.
    private const int MinLength = 14;
    private const int SizeUpToMagic = RecordBatchLayout.Magic + 1;
    private const short FirstVersionWithZstd = 7;

    /// <summary>
    /// Checks that there is exactly one batch, of magic 2, with a codec that the request's version may use (KIP-98, KIP-110).
    /// </summary>
    /// <param name="records">The records field of a partition.</param>
    /// <param name="version">The version of the request, 3 or more.</param>
    /// <param name="size">The size of the batch; bytes behind it that are not a whole batch are to be ignored.</param>
    /// <param name="message">Details for the client; null without an error.</param>
    /// <returns>
    /// CorruptMessage for an impossible length or magic; InvalidRecord for no batch, an old batch or more than one;
    /// UnsupportedCompressionType for zstd before version 7.
    /// </returns>
    public static ErrorCode Check(ReadOnlySpan<byte> records, short version, out int size, out string? message)
    {
        if (!TryFindBatch(records, out size, out message))
        {
            return ErrorCode.CorruptMessage;
        }

        if (size == 0)
        {
            return Refuse(ErrorCode.InvalidRecord, "There must be one record batch, and there is none.", out message);
        }

        sbyte magic = (sbyte)records[RecordBatchLayout.Magic];
        if (magic != RecordBatch.CurrentMagic)
        {
            return Refuse(ErrorCode.InvalidRecord, $"Only batches of magic 2 are accepted, not {magic}.", out message);
        }

        if (size < RecordBatch.HeaderSize)
        {
            return Refuse(ErrorCode.CorruptMessage, $"A batch of {size} bytes is shorter than its header.", out message);
        }

        if (version < FirstVersionWithZstd && RecordBatchHeader.Read(records).CompressionType == CompressionType.Zstd)
        {
            return Refuse(ErrorCode.UnsupportedCompressionType, "zstd needs version 7 of the request.", out message);
        }

        if (!TryFindBatch(records[size..], out int second, out message))
        {
            return ErrorCode.CorruptMessage;
        }

        return second == 0
            ? ErrorCode.None
            : Refuse(ErrorCode.InvalidRecord, "There must be one record batch, and there are more.", out message);
    }

    /// <summary>Finds a whole batch of any magic at the head; a size of 0 says that there is none. False if it cannot be one.</summary>
    private static bool TryFindBatch(ReadOnlySpan<byte> records, out int size, out string? message)
    {
        size = 0;
        message = null;
        if (records.Length < RecordBatch.LogOverhead)
        {
            return true;
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(records[RecordBatchLayout.BatchLength..]);
        if (length < MinLength)
        {
            message = $"A batch claims a length of {length} bytes.";
            return false;
        }

        if (records.Length >= SizeUpToMagic && records[RecordBatchLayout.Magic] > RecordBatch.CurrentMagic)
        {
            message = $"There is no magic {(sbyte)records[RecordBatchLayout.Magic]}.";
            return false;
        }

        if (length <= records.Length - RecordBatch.LogOverhead)
        {
            size = RecordBatch.LogOverhead + length;
        }

        return true;
    }

    private static ErrorCode Refuse(ErrorCode code, string text, out string? message)
    {
        message = text;
        return code;
    }
}
