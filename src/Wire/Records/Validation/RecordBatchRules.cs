namespace Compat.Wire.Records;

/// <summary>What a leader demands of a batch before it is appended: the settings of the topic, and who sends it.</summary>
public readonly record struct RecordBatchRules
{
    /// <summary>Makes rules that demand no more than a well-formed batch from the broker itself.</summary>
    public RecordBatchRules()
    {
    }

    /// <summary>Whether a client sends the batch, who must number from 0 and may not write control records.</summary>
    public bool IsFromClient { get; init; }

    /// <summary>The codec that the topic's compression.type asks for; null to keep the producer's.</summary>
    public Compression? Compression { get; init; }

    /// <summary>Whether the topic is compacted, where every record needs a key.</summary>
    public bool IsCompacted { get; init; }

    /// <summary>message.timestamp.type.</summary>
    public TimestampType TimestampType { get; init; }

    /// <summary>message.timestamp.before.max.ms: how far back a producer's timestamp may lie (KIP-937).</summary>
    public long TimestampBeforeMaxMs { get; init; } = long.MaxValue;

    /// <summary>message.timestamp.after.max.ms: how far ahead a producer's timestamp may lie (KIP-937).</summary>
    public long TimestampAfterMaxMs { get; init; } = long.MaxValue;

    /// <summary>max.message.bytes: the size of a whole batch, both as it comes and as it is stored.</summary>
    public int MaxMessageBytes { get; init; } = int.MaxValue;

    /// <summary>How many bytes a compressed batch may inflate to.</summary>
    public int MaxDecompressedBytes { get; init; } = Records.Compression.DefaultMaxDecompressedBytes;
}
