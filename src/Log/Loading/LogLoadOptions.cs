using Compat.Log.Configuration;
using Compat.Wire;

namespace Compat.Log.Loading;

/// <summary>What is known of a log before its directory is read.</summary>
public sealed record LogLoadOptions
{
    /// <summary>Whose log it is.</summary>
    public required TopicPartition TopicPartition { get; init; }

    /// <summary>The topic's id, to be written when the directory does not say one; zero for none.</summary>
    public Uuid TopicId { get; init; }

    /// <summary>Whether <see cref="TopicId"/> is what the directory says, so that it need not be read again.</summary>
    public bool IsTopicIdRead { get; init; }

    /// <summary>Whether the directory is known to be missing.</summary>
    public bool IsNew { get; init; }

    /// <summary>The settings in force.</summary>
    public required LogConfig Config { get; init; }

    /// <summary>The log start offset that was remembered, 0 when none was.</summary>
    public long LogStartOffset { get; init; }

    /// <summary>The offset below which the log is known to be whole, 0 when nothing is known.</summary>
    public long RecoveryPoint { get; init; }

    /// <summary>The high watermark that was remembered, 0 when none was.</summary>
    public long HighWatermark { get; init; }

    /// <summary>Up to where compaction had come, null when it has never looked at the log.</summary>
    public long? CleanedOffset { get; init; }

    /// <summary>Whether the log was closed well, so that nothing has to be checked.</summary>
    public bool IsClean { get; init; }

    /// <summary>
    /// Whether damage with valid records behind it stops the opening, because others know better what the log should hold.
    /// Without it those records are put aside.
    /// </summary>
    public bool IsDamageRefused { get; init; }
}
