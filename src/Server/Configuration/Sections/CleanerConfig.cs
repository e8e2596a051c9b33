using Compat.Log.Cleaning;

namespace Compat.Server.Configuration;

/// <summary>How compacted logs are cleaned, in the log's own words.</summary>
internal static class CleanerConfig
{
    /// <summary>Reads the settings.</summary>
    public static LogCleanerOptions From(ConfigValues values) => new()
    {
        IsEnabled = values.Required<bool>("log.cleaner.enable"),
        Threads = values.Required<int>("log.cleaner.threads"),
        MaxIoBytesPerSecond = values.Required<double>("log.cleaner.io.max.bytes.per.second"),
        DedupeBufferBytes = values.Required<long>("log.cleaner.dedupe.buffer.size"),
        IoBufferBytes = values.Required<int>("log.cleaner.io.buffer.size"),
        LoadFactor = values.Required<double>("log.cleaner.io.buffer.load.factor"),
        BackoffMs = values.Required<long>("log.cleaner.backoff.ms"),
    };
}
