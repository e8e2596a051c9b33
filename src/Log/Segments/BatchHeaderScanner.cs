using Compat.Log.Storage;
using Compat.Wire.Records;

namespace Compat.Log.Segments;

/// <summary>
/// Walks the batches of a segment by their headers alone. Headers that lie close together come with one read.
/// </summary>
/// <remarks>Starts before the batch at <c>position</c>; <c>buffer</c> holds at least one header.</remarks>
internal ref struct BatchHeaderScanner(IStorageFile file, int position, int end, Span<byte> buffer)
{
    /// <summary>A buffer that holds the headers of an index interval and is small enough for the stack.</summary>
    public const int BufferSize = 4096 + RecordBatch.HeaderSize;

    private readonly Span<byte> _buffer = buffer;
    private int _bufferStart;
    private int _bufferLength;
    private int _next = position;

    /// <summary>The header at hand.</summary>
    public RecordBatchHeader Current { get; private set; }

    /// <summary>Where the batch at hand begins.</summary>
    public int Position { get; private set; }

    /// <summary>Where the batch at hand ends; where the scan began when there is none.</summary>
    public readonly int NextPosition => _next;

    /// <summary>
    /// Goes to the next batch. False at the end, and also where no whole batch of a sensible size begins: the caller knows
    /// by <see cref="NextPosition"/> whether that is the end.
    /// </summary>
    public bool MoveNext()
    {
        if (_next > end - RecordBatch.HeaderSize || !Fill(_next))
        {
            return false;
        }

        RecordBatchHeader header = RecordBatchHeader.Read(_buffer[(_next - _bufferStart)..]);
        if (header.SizeInBytes < RecordBatch.HeaderSize || header.SizeInBytes > end - _next || header.Magic != RecordBatch.CurrentMagic)
        {
            return false;
        }

        Current = header;
        Position = _next;
        _next += (int)header.SizeInBytes;
        return true;
    }

    private bool Fill(int at)
    {
        if (at >= _bufferStart && at + RecordBatch.HeaderSize <= _bufferStart + _bufferLength)
        {
            return true;
        }

        _bufferStart = at;
        _bufferLength = file.Read(_buffer[..Math.Min(_buffer.Length, end - at)], at);
        return _bufferLength >= RecordBatch.HeaderSize;
    }
}
