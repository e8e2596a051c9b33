using System.Buffers;
using Compat.Log.Configuration;
using Compat.Log.Segments;
using Compat.Wire.Records;

namespace Compat.Log.Cleaning;

/// <summary>
/// The segments that a group of segments is copied into: one, unless what stays of the group does not fit one. They are files
/// with the suffix <c>.cleaned</c> that nobody reads.
/// </summary>
internal sealed class CleanedSegments
{
    private readonly PartitionLog _log;
    private readonly LogConfig _config;
    private readonly int _bufferBytes;
    private readonly List<Segment> _segments = [];
    private readonly List<AbortedTransaction> _aborted = [];
    private readonly ArrayBufferWriter<byte> _buffer;
    private Segment _current;

    /// <summary>Begins the first segment.</summary>
    /// <param name="log">The log that is being cleaned.</param>
    /// <param name="config">Its settings.</param>
    /// <param name="baseOffset">Where the first segment of the group begins.</param>
    /// <param name="bufferBytes">How many bytes to collect before they are written.</param>
    public CleanedSegments(PartitionLog log, LogConfig config, long baseOffset, int bufferBytes)
    {
        _log = log;
        _config = config with { Preallocate = false };
        _bufferBytes = Math.Max(bufferBytes, RecordBatch.HeaderSize);
        _buffer = new ArrayBufferWriter<byte>(_bufferBytes);
        _current = Begin(baseOffset);
    }

    /// <summary>Adds a batch.</summary>
    /// <param name="batch">A whole batch of its own.</param>
    /// <param name="aborted">The transaction that it aborts, or null.</param>
    public void Append(ReadOnlySpan<byte> batch, AbortedTransaction? aborted)
    {
        RecordBatchHeader header = RecordBatchHeader.Read(batch);
        if (!Fits(header))
        {
            FinishCurrent();
            _current = Begin(header.BaseOffset);
        }

        _buffer.Write(batch);
        if (aborted is { } transaction)
        {
            _aborted.Add(transaction);
        }

        if (_buffer.WrittenCount >= _bufferBytes)
        {
            WriteOut();
        }
    }

    /// <summary>Completes the segments and makes them durable.</summary>
    /// <returns>At least one segment, the last or only one perhaps empty.</returns>
    /// <exception cref="IOException">The device fails.</exception>
    public IReadOnlyList<Segment> Finish()
    {
        FinishCurrent();
        return _segments;
    }

    /// <summary>Deletes the files again.</summary>
    public void Abandon() => _segments.ForEach(segment => segment.DeleteFiles());

    private Segment Begin(long baseOffset)
    {
        Segment segment = _log.NewCleanedSegment(baseOffset);
        _segments.Add(segment);

        // A segment of which nothing stays has a file nevertheless: the log begins where its first one does.
        segment.CreateFile(_config);
        return segment;
    }

    // Positions and relative offsets are int32; index entries come with what is written.
    private bool Fits(in RecordBatchHeader header) => _current.Size + (long)_buffer.WrittenCount == 0
        || (_current.Size + (long)_buffer.WrittenCount + header.SizeInBytes <= int.MaxValue
            && header.LastOffset - _current.BaseOffset <= int.MaxValue
            && !_current.OffsetIndex.IsFull(_config.SegmentIndexBytes)
            && !_current.TimeIndex.IsFull(_config.SegmentIndexBytes));

    private void WriteOut()
    {
        if (_buffer.WrittenCount > 0)
        {
            _current.Append(_buffer.WrittenMemory, _config);
            _buffer.ResetWrittenCount();
        }
    }

    private void FinishCurrent()
    {
        WriteOut();
        if (_aborted.Count > 0)
        {
            _current.TransactionIndex.Append([.. _aborted]);
            _aborted.Clear();
        }

        _current.OnBecomeInactive();
        _current.Flush(withIndexes: true);
    }
}
