using Compat.Log.Configuration;
using Compat.Wire.Records;

namespace Compat.Log.Validation;

/// <summary>What a topic's settings demand of a batch.</summary>
internal static class TopicRules
{
    /// <summary>Everything: nothing that a client says is believed.</summary>
    public static RecordBatchRules ForClients(LogConfig config, int maxDecompressedBytes) => new()
    {
        IsFromClient = true,
        Compression = CompressionOf(config),
        IsCompacted = config.CleanupCompact,
        TimestampType = TimestampTypeOf(config),
        TimestampBeforeMaxMs = config.MessageTimestampBeforeMaxMs,
        TimestampAfterMaxMs = config.MessageTimestampAfterMaxMs,
        MaxMessageBytes = config.MaxMessageBytes,
        MaxDecompressedBytes = maxDecompressedBytes,
    };

    /// <summary>Coordinators choose codec and time themselves, and write control records; a record that cannot be read or compacted is refused all the same.</summary>
    public static RecordBatchRules ForCoordinators(LogConfig config, int maxDecompressedBytes) => new()
    {
        IsCompacted = config.CleanupCompact,
        TimestampType = TimestampTypeOf(config),
        MaxMessageBytes = config.MaxMessageBytes,
        MaxDecompressedBytes = maxDecompressedBytes,
    };

    private static TimestampType TimestampTypeOf(LogConfig config) => config.MessageTimestampType == MessageTimestampType.LogAppendTime
        ? TimestampType.LogAppendTime
        : TimestampType.CreateTime;

    private static Compression? CompressionOf(LogConfig config) => config.CompressionType switch
    {
        BrokerCompressionType.Uncompressed => Compression.None,
        BrokerCompressionType.Gzip => Compression.Of(CompressionType.Gzip, config.CompressionLevel),
        BrokerCompressionType.Snappy => Compression.Of(CompressionType.Snappy),
        BrokerCompressionType.Lz4 => Compression.Of(CompressionType.Lz4, config.CompressionLevel),
        BrokerCompressionType.Zstd => Compression.Of(CompressionType.Zstd, config.CompressionLevel),
        _ => null,
    };
}
