using Compat.Log.Configuration;
using Compat.Log.Epochs;
using Compat.Log.Producers;
using Compat.Log.Segments;
using Compat.Wire;

namespace Compat.Log.Loading;

/// <summary>What reading a directory has found; a log is made of it.</summary>
internal sealed class LoadedLog
{
    public required TopicPartition TopicPartition { get; init; }

    public required Uuid TopicId { get; init; }

    public required LogConfig Config { get; init; }

    /// <summary>At least one, ascending.</summary>
    public required Segment[] Segments { get; init; }

    public required LeaderEpochCache Epochs { get; init; }

    /// <summary>The producers as of <see cref="NextOffset"/>.</summary>
    public required ProducerStates Producers { get; init; }

    public required ProducerSnapshots Snapshots { get; init; }

    public required long LogStartOffset { get; init; }

    public required long RecoveryPoint { get; init; }

    public required long HighWatermark { get; init; }

    public required long? CleanedOffset { get; init; }

    public required long NextOffset { get; init; }
}
