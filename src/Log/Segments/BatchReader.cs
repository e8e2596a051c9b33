using System.Buffers;
using Compat.Log.Storage;
using Compat.Wire.Records;

namespace Compat.Log.Segments;

/// <summary>
/// Walks the whole batches of a segment with large reads. A batch is valid until the next one is asked for: they share
/// one buffer.
/// </summary>
internal sealed class BatchReader : IDisposable
{
    /// <summary>What is read at once; a larger batch is read alone.</summary>
    public const int ChunkBytes = 1 << 20;

    private readonly IStorageFile _file;
    private readonly int _end;
    private readonly Action? _onDispose;
    private byte[] _buffer;
    private int _bufferStart;
    private int _bufferLength;
    private int _next;

    /// <summary>Starts before the batch at a position and goes up to another one.</summary>
    /// <param name="file">The segment's file.</param>
    /// <param name="position">Where the first batch begins.</param>
    /// <param name="end">Where the last one ends.</param>
    /// <param name="chunkBytes">What is read at once.</param>
    /// <param name="onDispose">Gives the file back, if it was lent for this reader.</param>
    public BatchReader(IStorageFile file, int position, int end, int chunkBytes = ChunkBytes, Action? onDispose = null)
    {
        _onDispose = onDispose;
        _file = file;
        _end = end;
        _next = position;
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Clamp(end - position, RecordBatch.HeaderSize, Math.Max(chunkBytes, RecordBatch.HeaderSize)));
    }

    /// <summary>The batch at hand.</summary>
    public RecordBatch Current { get; private set; }

    /// <summary>Where the batch at hand begins.</summary>
    public int Position { get; private set; }

    /// <summary>Where the next batch would begin; all before it was read.</summary>
    public int NextPosition => _next;

    /// <summary>Where the walk is to end.</summary>
    public int End => _end;

    /// <summary>Why the walk stopped before its end, or null when it did not.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether the walk stopped at a batch of the formats before magic 2, which Kafka 4 no longer writes.</summary>
    public bool IsOldMagic { get; private set; }

    /// <summary>Goes to the next batch; false at the end or at bytes that are no whole batch.</summary>
    public bool MoveNext()
    {
        if (_next >= _end || Problem is not null)
        {
            return false;
        }

        if (!TryFill(RecordBatch.HeaderSize))
        {
            return Stop("a batch header is cut off");
        }

        RecordBatchHeader header = RecordBatchHeader.Read(_buffer.AsSpan(_next - _bufferStart));
        if (header.Magic != RecordBatch.CurrentMagic)
        {
            // A torn header reads as zeros, which is not a reason to stop a start.
            IsOldMagic = header.SizeInBytes > 0 && header.SizeInBytes <= _end - _next && TryFill((int)header.SizeInBytes)
                && LegacyMessage.IsValid(_buffer.AsSpan(_next - _bufferStart, (int)header.SizeInBytes));
            return Stop($"a batch has magic {header.Magic}");
        }

        if (header.SizeInBytes < RecordBatch.HeaderSize || header.SizeInBytes > _end - _next)
        {
            return Stop($"a batch claims {header.SizeInBytes} bytes of {_end - _next}");
        }

        return TryFill((int)header.SizeInBytes) ? Take((int)header.SizeInBytes) : Stop("a batch is cut off");
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _onDispose?.Invoke();
    }

    private bool Take(int size)
    {
        Current = new RecordBatch(_buffer.AsMemory(_next - _bufferStart, size));
        Position = _next;
        _next += size;
        return true;
    }

    private bool Stop(string problem)
    {
        Problem = problem;
        return false;
    }

    // Makes the bytes from the next batch on available, in one piece.
    private bool TryFill(int count)
    {
        if (_next >= _bufferStart && _next + count <= _bufferStart + _bufferLength)
        {
            return true;
        }

        if (_end - _next < count)
        {
            return false;
        }

        if (count > _buffer.Length)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(count);
        }

        _bufferStart = _next;
        _bufferLength = _file.Read(_buffer.AsSpan(0, Math.Min(_buffer.Length, _end - _next)), _next);
        return _bufferLength >= count;
    }
}
