using Compat.Wire;
using Microsoft.Extensions.Logging;

namespace Compat.Coordination.Runtime;

/// <summary>What the coordinators' runtime logs.</summary>
internal static partial class RuntimeLog
{
    [LoggerMessage(LogLevel.Error, "{Coordinator} {Partition}: the decision '{Decision}' failed; its shard is loaded again.")]
    public static partial void DecisionFailed(ILogger logger, Exception exception, string coordinator, int partition, string decision);

    [LoggerMessage(LogLevel.Error, "{Coordinator} {Partition}: records could not be written; the shard is loaded again.")]
    public static partial void AppendFailed(ILogger logger, Exception exception, string coordinator, int partition);

    [LoggerMessage(LogLevel.Warning, "{Coordinator} {Partition}: the log refused records with {Error}; the shard is loaded again.")]
    public static partial void AppendRefused(ILogger logger, string coordinator, int partition, ErrorCode error);

    [LoggerMessage(LogLevel.Error, "{Coordinator} {Partition}: records were given the offset {Offset} in place of {Expected}; the shard is loaded again.")]
    public static partial void OffsetMismatch(ILogger logger, string coordinator, int partition, long offset, long expected);

    [LoggerMessage(LogLevel.Debug, "{Coordinator} {Partition}: loaded {Records} records in {ElapsedMs} ms.")]
    public static partial void Loaded(ILogger logger, string coordinator, int partition, long records, long elapsedMs);

    [LoggerMessage(LogLevel.Error, "{Coordinator} {Partition}: loading failed; its requests are answered NOT_COORDINATOR.")]
    public static partial void LoadFailed(ILogger logger, Exception exception, string coordinator, int partition);

    [LoggerMessage(LogLevel.Error, "{Coordinator} {Partition}: the record at offset {Offset} cannot be read and is passed over.")]
    public static partial void RecordUnreadable(ILogger logger, Exception exception, string coordinator, int partition, long offset);

    [LoggerMessage(LogLevel.Error, "{Coordinator} {Partition}: the batch of offsets {FirstOffset} to {LastOffset} is corrupt and is passed over.")]
    public static partial void BatchCorrupt(ILogger logger, Exception? exception, string coordinator, int partition, long firstOffset, long lastOffset);
}
