using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Coordination.Runtime;

/// <summary>The log of one internal partition as its leader's coordinator sees it. Appends come from one turn at a time.</summary>
internal interface ICoordinatorLog
{
    /// <summary>The first offset there is.</summary>
    long StartOffset { get; }

    /// <summary>The offset of the next record.</summary>
    long EndOffset { get; }

    /// <summary>The offset below which everything is committed; -1 once somebody else may have written at the same offsets.</summary>
    long HighWatermark { get; }

    /// <summary>False while somebody else may lead already, and have written what this log does not have.</summary>
    bool IsSure { get; }

    /// <summary>The largest batch the log takes, in bytes.</summary>
    int MaxBatchBytes { get; }

    /// <summary>Appends one batch; the bytes are patched in place and the caller's again on return.</summary>
    /// <returns>The error and the base offset the batch was given; the offset means nothing with an error.</returns>
    /// <exception cref="IOException">The disk failed; what was written is not known.</exception>
    (ErrorCode Error, long BaseOffset) Append(Memory<byte> batch);

    /// <summary>All batches up to the end there is when the walk begins. A batch is valid until the next one is asked for.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    IEnumerable<RecordBatch> ReadBatches();

    /// <summary>Has <paramref name="committed"/> called, on any thread, whenever the high watermark may have moved; null ends it.</summary>
    void OnCommitted(Action? committed);
}
