using Compat.Log.Segments;
using Compat.Wire;
using Microsoft.Extensions.Logging;

namespace Compat.Log;

/// <summary>Everything that the logs say.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The indexes of {Segment} are missing or contradict its records; they are rebuilt")]
    public static partial void IndexRebuilt(ILogger logger, Segment segment);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Segment} is damaged: the offsets {FromOffset} to {ToOffset} cannot be read (positions {Position} to {End}); what lies behind them can")]
    public static partial void RangeDamaged(ILogger logger, Segment segment, long fromOffset, long toOffset, int position, int end);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Segment} is damaged: the offsets from {FromOffset} to the end of the segment cannot be read (from position {Position})")]
    public static partial void EndDamaged(ILogger logger, Segment segment, long fromOffset, int position);

    [LoggerMessage(Level = LogLevel.Error, Message = "Writing to {Partition} in {Directory} failed")]
    public static partial void WriteFailed(ILogger logger, TopicPartition partition, string directory, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Flushing {Partition} in {Directory} failed: nothing of it is acknowledged any more")]
    public static partial void FlushFailed(ILogger logger, TopicPartition partition, string directory, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Flushing {Partition} in {Directory} found no room on the device; it is tried again")]
    public static partial void FlushRefused(ILogger logger, TopicPartition partition, string directory, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reading from {Partition} in {Directory} failed")]
    public static partial void ReadFailed(ILogger logger, TopicPartition partition, string directory, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Segment} ended with {Bytes} bytes that are no whole batch, which are cut off; the log ends at offset {NextOffset}: {Problem}")]
    public static partial void RecordsCutOff(ILogger logger, Segment segment, int bytes, long nextOffset, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Segment} is damaged from offset {NextOffset} on: {Problem}. The log ends there; what followed, with {Segments} more segments, is kept in {File} and its neighbours")]
    public static partial void RecordsPutAside(ILogger logger, Segment segment, long nextOffset, string problem, int segments, string file);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log in {Directory} ends at {LogEndOffset}, below its start {LogStartOffset}; it begins there anew")]
    public static partial void LogEndsBelowStart(ILogger logger, string directory, long logEndOffset, long logStartOffset);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Partition} is truncated to {Offset}; its log end offset was {LogEndOffset}, its high watermark {HighWatermark}")]
    public static partial void Truncated(ILogger logger, TopicPartition partition, long offset, long logEndOffset, long highWatermark);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} segments of {Partition} are deleted, the log starts at {LogStartOffset} now")]
    public static partial void SegmentsDeleted(ILogger logger, int count, TopicPartition partition, long logStartOffset);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Partition} is compacted from offset {FirstDirtyOffset} to {CleanedOffset}: {BytesRead} bytes were read and {BytesWritten} kept in {Seconds} s")]
    public static partial void Cleaned(ILogger logger, TopicPartition partition, long firstDirtyOffset, long cleanedOffset, long bytesRead, long bytesWritten, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} records without a key were dropped when {Partition} was compacted")]
    public static partial void KeylessRecords(ILogger logger, long count, TopicPartition partition);

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no room to compact {Partition}; it is tried again later: {Problem}")]
    public static partial void NoRoomToClean(ILogger logger, TopicPartition partition, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Partition} cannot be compacted before the broker starts again")]
    public static partial void Uncleanable(ILogger logger, TopicPartition partition, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A thread that compacts logs has ended")]
    public static partial void CleanerThreadDied(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "The log directory {Directory} is offline until the broker starts again")]
    public static partial void DirectoryOffline(ILogger logger, string directory, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The checkpoint {File} is damaged and not used; logs are read from their beginning where it would have saved that")]
    public static partial void CheckpointDamaged(ILogger logger, string file);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name} in the log directory {Directory} is no partition's directory; it is left alone")]
    public static partial void UnknownDirectory(ILogger logger, string directory, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name} in the log directory {Directory} is left alone")]
    public static partial void DirectoryLeftAlone(ILogger logger, string directory, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of {Partition} (topic id {TopicId}) in {Directory} belongs to no topic; it is kept as {Name}")]
    public static partial void StrayLog(ILogger logger, TopicPartition partition, Uuid topicId, string directory, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The clock has jumped {Seconds} s ahead; records are not deleted for that before it has lasted {Patience} s")]
    public static partial void ClockJumped(ILogger logger, double seconds, double patience);

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking after the logs in {Directory} failed")]
    public static partial void TaskFailed(ILogger logger, string directory, Exception exception);
}
