namespace Compat.Wire.Records;

/// <summary>Where the fields of a batch of magic 2 lie, in bytes from its start. All integers are big-endian.</summary>
internal static class RecordBatchLayout
{
    internal const int BaseOffset = 0;
    internal const int BatchLength = 8;
    internal const int PartitionLeaderEpoch = 12;
    internal const int Magic = 16;
    internal const int Crc = 17;
    internal const int Attributes = 21;
    internal const int LastOffsetDelta = 23;
    internal const int BaseTimestamp = 27;
    internal const int MaxTimestamp = 35;
    internal const int ProducerId = 43;
    internal const int ProducerEpoch = 51;
    internal const int BaseSequence = 53;
    internal const int RecordCount = 57;
    internal const int Records = 61;
}
