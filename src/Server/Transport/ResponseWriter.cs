using System.Buffers;
using System.IO.Pipelines;

namespace Compat.Server.Transport;

/// <summary>
/// The outgoing side of a connection: answers are encoded straight into pooled segments and leave in one gathered send
/// for everything that is ready. Between sends it holds no memory. Segments never move, so a length that was written
/// earlier can still be patched until the flush.
/// </summary>
internal sealed class ResponseWriter : PipeWriter
{
    /// <summary>The smallest segment: an ordinary burst of small answers fits in one.</summary>
    internal const int SegmentBytes = 8 * 1024;

    private readonly IByteChannel _channel;
    private readonly List<ReadOnlyMemory<byte>> _filled = [];
    private readonly List<byte[]> _rented = [];
    private byte[]? _segment;
    private int _segmentStart;
    private int _segmentEnd;
    private long _filledBytes;

    public ResponseWriter(IByteChannel channel) => _channel = channel;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _filledBytes + (_segmentEnd - _segmentStart);

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _segment.AsMemory(_segmentEnd);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(sizeHint);
        return _segment.AsSpan(_segmentEnd);
    }

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (_segment is null || bytes > _segment.Length - _segmentEnd)
        {
            throw new InvalidOperationException("Cannot advance past the end of the segment.");
        }

        _segmentEnd += bytes;
    }

    /// <summary>
    /// Sends everything written. The result is completed when the stream has failed; what was written is dropped then.
    /// </summary>
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        CloseSegment();
        if (_filled.Count == 0)
        {
            return default;
        }

        bool sent;
        try
        {
            sent = await _channel.SendAsync(_filled);
        }
        finally
        {
            Reset();
        }

        return new FlushResult(isCanceled: false, isCompleted: !sent);
    }

    public override void CancelPendingFlush()
    {
        // A flush ends early only with its connection.
    }

    public override void Complete(Exception? exception = null) => Reset();

    private void EnsureRoom(int sizeHint)
    {
        int needed = Math.Max(sizeHint, 1);
        if (_segment is not null && _segment.Length - _segmentEnd >= needed)
        {
            return;
        }

        CloseSegment();
        _segment = ArrayPool<byte>.Shared.Rent(Math.Max(needed, SegmentBytes));
        _rented.Add(_segment);
        _segmentStart = _segmentEnd = 0;
    }

    private void CloseSegment()
    {
        if (_segment is null || _segmentEnd == _segmentStart)
        {
            return;
        }

        _filled.Add(_segment.AsMemory(_segmentStart, _segmentEnd - _segmentStart));
        _filledBytes += _segmentEnd - _segmentStart;
        _segmentStart = _segmentEnd;
    }

    private void Reset()
    {
        foreach (byte[] array in _rented)
        {
            ArrayPool<byte>.Shared.Return(array);
        }

        _rented.Clear();
        _filled.Clear();
        _filledBytes = 0;
        _segment = null;
        _segmentStart = _segmentEnd = 0;
    }
}
