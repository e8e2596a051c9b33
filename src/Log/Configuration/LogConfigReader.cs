namespace Compat.Log.Configuration;

/// <summary>Reads typed values of topic settings out of texts.</summary>
internal readonly struct LogConfigReader(IReadOnlyDictionary<string, string?> values)
{
    /// <summary>Reads all of them.</summary>
    public LogConfig Read()
    {
        string[] cleanup = Value<string[]>(TopicConfigNames.CleanupPolicy);
        return new LogConfig
        {
            SegmentBytes = (int?)Parse(TopicConfigNames.InternalSegmentBytes) ?? Value<int>(TopicConfigNames.SegmentBytes),
            SegmentMs = Value<long>(TopicConfigNames.SegmentMs),
            SegmentJitterMs = Value<long>(TopicConfigNames.SegmentJitterMs),
            SegmentIndexBytes = Value<int>(TopicConfigNames.SegmentIndexBytes),
            IndexIntervalBytes = Value<int>(TopicConfigNames.IndexIntervalBytes),
            Preallocate = Value<bool>(TopicConfigNames.Preallocate),
            FlushMessages = Value<long>(TopicConfigNames.FlushMessages),
            FlushMs = Value<long>(TopicConfigNames.FlushMs),
            FileDeleteDelayMs = Value<long>(TopicConfigNames.FileDeleteDelayMs),
            RetentionBytes = Value<long>(TopicConfigNames.RetentionBytes),
            RetentionMs = Value<long>(TopicConfigNames.RetentionMs),
            CleanupCompact = cleanup.Contains(TopicConfigs.Compact),
            CleanupDelete = cleanup.Contains(TopicConfigs.Delete),
            DeleteRetentionMs = Value<long>(TopicConfigNames.DeleteRetentionMs),
            MinCompactionLagMs = Value<long>(TopicConfigNames.MinCompactionLagMs),
            MaxCompactionLagMs = Value<long>(TopicConfigNames.MaxCompactionLagMs),
            MinCleanableDirtyRatio = Value<double>(TopicConfigNames.MinCleanableDirtyRatio),
            MaxMessageBytes = Value<int>(TopicConfigNames.MaxMessageBytes),
            CompressionType = Enum.Parse<BrokerCompressionType>(Value<string>(TopicConfigNames.CompressionType), ignoreCase: true),
            CompressionGzipLevel = Value<int>(TopicConfigNames.CompressionGzipLevel),
            CompressionLz4Level = Value<int>(TopicConfigNames.CompressionLz4Level),
            CompressionZstdLevel = Value<int>(TopicConfigNames.CompressionZstdLevel),
            MessageTimestampType = Enum.Parse<MessageTimestampType>(Value<string>(TopicConfigNames.MessageTimestampType)),
            MessageTimestampBeforeMaxMs = Value<long>(TopicConfigNames.MessageTimestampBeforeMaxMs),
            MessageTimestampAfterMaxMs = Value<long>(TopicConfigNames.MessageTimestampAfterMaxMs),
            MinInsyncReplicas = Value<int>(TopicConfigNames.MinInsyncReplicas),
            UncleanLeaderElectionEnable = Value<bool>(TopicConfigNames.UncleanLeaderElectionEnable),
            LeaderThrottledReplicas = ThrottledReplicas.From(Value<string[]>(TopicConfigNames.LeaderReplicationThrottledReplicas)),
            FollowerThrottledReplicas = ThrottledReplicas.From(Value<string[]>(TopicConfigNames.FollowerReplicationThrottledReplicas)),
        };
    }

    private T Value<T>(string name) => (T)Parse(name)!;

    private object? Parse(string name)
    {
        ConfigDefinition definition = TopicConfigs.Catalog[name];
        return definition.Parse(values.GetValueOrDefault(name) ?? definition.Default);
    }
}
