using System.Buffers.Binary;

namespace Compat.Server.Transport;

/// <summary>What became of an attempt to receive more of a connection's requests.</summary>
internal enum ReceiveStatus
{
    /// <summary>Bytes arrived.</summary>
    Received,

    /// <summary>The client has finished sending.</summary>
    Ended,

    /// <summary>The stream failed.</summary>
    Failed,
}

/// <summary>
/// Cuts a stream of bytes into frames: a length of four bytes, big-endian, then that many bytes. A connection that
/// waits for a request holds the four bytes of the length and no buffer. Small frames share one read; a large one is
/// received straight into a contiguous buffer of its own. Nothing of a declared size is allocated before bytes of it
/// arrive: the buffer starts at what this connection has shown itself good for and doubles as it fills.
/// </summary>
internal sealed class FrameReader
{
    /// <summary>Frames up to this size share a buffer of this size.</summary>
    internal const int SharedReadBytes = 8 * 1024;

    /// <summary>The first buffer of a large frame on a connection that has not sent one before.</summary>
    internal const int UnprovenBytes = SharedReadBytes;

    /// <summary>The largest first buffer, however large the frames were that the connection sent before.</summary>
    internal const int ProvenLimitBytes = 2 * 1024 * 1024;

    private const int LengthBytes = 4;
    private const int NoFrame = -1;

    private readonly IByteChannel _channel;
    private readonly byte[] _length = new byte[LengthBytes];
    private int _lengthFilled;
    private FrameBuffer? _buffer;
    private int _start;
    private int _end;
    private int _frameBytes = NoFrame;
    private int _provenBytes = UnprovenBytes;

    public FrameReader(IByteChannel channel) => _channel = channel;

    /// <summary>The size that the client declared, when <see cref="TryRead"/> has refused it; otherwise null.</summary>
    public int? RefusedBytes { get; private set; }

    /// <summary>True while part of a frame has arrived and the rest has not.</summary>
    public bool IsInsideFrame => _lengthFilled > 0;

    /// <summary>
    /// Takes the next frame that is complete. False when more has to be received first, or when the declared size is
    /// not in 1..<paramref name="maxFrameBytes"/>, which <see cref="RefusedBytes"/> then tells.
    /// </summary>
    public bool TryRead(int maxFrameBytes, out Frame frame)
    {
        frame = default;
        if (_frameBytes == NoFrame && !TryReadLength(maxFrameBytes))
        {
            return false;
        }

        if (_end - _start < _frameBytes)
        {
            return false;
        }

        _buffer!.AddReference();
        frame = new Frame(_buffer, _buffer.Array.AsMemory(_start, _frameBytes));
        _provenBytes = Math.Clamp(_frameBytes, _provenBytes, ProvenLimitBytes);
        _start += _frameBytes;
        _frameBytes = NoFrame;
        _lengthFilled = 0;
        return true;
    }

    /// <summary>Receives once: the length if that is what is missing, otherwise as much as the buffer takes.</summary>
    public async ValueTask<ReceiveStatus> ReceiveAsync()
    {
        int received;
        if (_frameBytes == NoFrame)
        {
            ReleaseBuffer();
            received = await _channel.ReceiveAsync(_length.AsMemory(_lengthFilled));
            _lengthFilled += Math.Max(received, 0);
        }
        else
        {
            received = await _channel.ReceiveAsync(RoomForFrame());
            _end += Math.Max(received, 0);
        }

        return received > 0 ? ReceiveStatus.Received : received == 0 ? ReceiveStatus.Ended : ReceiveStatus.Failed;
    }

    /// <summary>Gives the buffer up when the connection is over.</summary>
    public void ReleaseBuffer()
    {
        _buffer?.Release();
        _buffer = null;
        _start = _end = 0;
    }

    private bool TryReadLength(int maxFrameBytes)
    {
        int taken = Math.Min(LengthBytes - _lengthFilled, _end - _start);
        if (taken > 0)
        {
            _buffer!.Array.AsSpan(_start, taken).CopyTo(_length.AsSpan(_lengthFilled));
            _start += taken;
            _lengthFilled += taken;
        }

        if (_lengthFilled < LengthBytes || RefusedBytes is not null)
        {
            return false;
        }

        int declared = BinaryPrimitives.ReadInt32BigEndian(_length);
        if (declared < 1 || declared > maxFrameBytes)
        {
            RefusedBytes = declared;
            return false;
        }

        _frameBytes = declared;
        return true;
    }

    /// <summary>Free space for the frame under way, in a buffer that is made, or replaced by a larger one, if need be.</summary>
    private Memory<byte> RoomForFrame()
    {
        bool isShared = _frameBytes <= SharedReadBytes;
        if (_buffer is null)
        {
            _buffer = FrameBuffer.Rent(isShared ? SharedReadBytes : Math.Min(_frameBytes, _provenBytes));
        }
        else if (_end == _buffer.Capacity || (isShared && _start + _frameBytes > _buffer.Capacity))
        {
            Move(isShared ? SharedReadBytes : GrownBytes(_end - _start));
        }
        else if (!isShared && _start > 0)
        {
            Move(GrownBytes(_end - _start));
        }

        // A large frame is received exactly, so that the next one starts in a buffer of its own.
        int limit = isShared ? _buffer.Capacity : Math.Min(_buffer.Capacity, _start + _frameBytes);
        return _buffer.Array.AsMemory(_end, limit - _end);
    }

    private int GrownBytes(int arrived) =>
        (int)Math.Min(_frameBytes, Math.Max(2L * arrived, _provenBytes));

    private void Move(int capacity)
    {
        FrameBuffer larger = FrameBuffer.Rent(Math.Max(capacity, _end - _start));
        _buffer!.Array.AsSpan(_start, _end - _start).CopyTo(larger.Array);
        _buffer.Release();
        _buffer = larger;
        _end -= _start;
        _start = 0;
    }
}
