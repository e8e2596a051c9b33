using Compat.Log.Segments;
using Compat.Wire;
using Microsoft.Extensions.Logging;

namespace Compat.Log;

/// <summary>Everything that the logs say.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The indexes of {Segment} are missing or contradict its records; they are rebuilt")]
    public static partial void IndexRebuilt(ILogger logger, Segment segment);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Segment} cannot be read from position {Position} on, which loses the offsets below {NextOffset}: {Problem}")]
    public static partial void RecordsUnreadable(ILogger logger, Segment segment, int position, long nextOffset, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "Writing to {Partition} in {Directory} failed")]
    public static partial void WriteFailed(ILogger logger, TopicPartition partition, string directory, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reading from {Partition} in {Directory} failed")]
    public static partial void ReadFailed(ILogger logger, TopicPartition partition, string directory, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Segment} was cut after a crash or damage: {Cut}")]
    public static partial void RecordsCutOff(ILogger logger, Segment segment, string cut);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Segment} is deleted: it follows records that are lost")]
    public static partial void SegmentDropped(ILogger logger, Segment segment);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log in {Directory} ends at {LogEndOffset}, below its start {LogStartOffset}; it begins there anew")]
    public static partial void LogEndsBelowStart(ILogger logger, string directory, long logEndOffset, long logStartOffset);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Partition} is truncated to {Offset}; its log end offset was {LogEndOffset}, its high watermark {HighWatermark}")]
    public static partial void Truncated(ILogger logger, TopicPartition partition, long offset, long logEndOffset, long highWatermark);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} segments of {Partition} are deleted, the log starts at {LogStartOffset} now")]
    public static partial void SegmentsDeleted(ILogger logger, int count, TopicPartition partition, long logStartOffset);
}
