namespace Compat.Log.Storage;

/// <summary>The bytes of one file of a <see cref="MemoryStorage"/>.</summary>
internal sealed class MemoryFile(TimeProvider time)
{
    private const int SmallestCapacity = 256;

    private readonly Lock _lock = new();
    private byte[] _bytes = [];
    private int _length;
    private long _lastModifiedMs = time.GetUtcNow().ToUnixTimeMilliseconds();

    public long Length
    {
        get
        {
            lock (_lock)
            {
                return _length;
            }
        }
    }

    public long LastModifiedMs
    {
        get
        {
            lock (_lock)
            {
                return _lastModifiedMs;
            }
        }
    }

    public MemoryFile Copy()
    {
        lock (_lock)
        {
            return new MemoryFile(time)
            {
                _bytes = _bytes.AsSpan(0, _length).ToArray(),
                _length = _length,
                _lastModifiedMs = _lastModifiedMs,
            };
        }
    }

    public int Read(Span<byte> destination, long position)
    {
        lock (_lock)
        {
            if (position >= _length)
            {
                return 0;
            }

            int count = Math.Min(destination.Length, _length - (int)position);
            _bytes.AsSpan((int)position, count).CopyTo(destination);
            return count;
        }
    }

    public void Write(ReadOnlySpan<byte> source, long position)
    {
        lock (_lock)
        {
            long end = position + source.Length;
            EnsureCapacity(end);
            source.CopyTo(_bytes.AsSpan((int)position));
            _length = Math.Max(_length, (int)end);
            _lastModifiedMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        }
    }

    public void Truncate(long length)
    {
        lock (_lock)
        {
            EnsureCapacity(length);
            int from = (int)Math.Min(length, _length);

            // A file that grows again reads zeros, never what was cut off.
            _bytes.AsSpan(from).Clear();
            _length = (int)length;
            _lastModifiedMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        }
    }

    private void EnsureCapacity(long length)
    {
        if (length > Array.MaxLength)
        {
            throw new StorageFullException($"A file in memory holds at most {Array.MaxLength} bytes.");
        }

        if (length > _bytes.Length)
        {
            long doubled = Math.Min(Math.Max(SmallestCapacity, _bytes.Length * 2L), Array.MaxLength);
            Array.Resize(ref _bytes, (int)Math.Max(length, doubled));
        }
    }
}

/// <summary>An open handle on a <see cref="MemoryFile"/>: it keeps reading a file that was renamed or deleted.</summary>
internal sealed class MemoryFileHandle(MemoryFile file) : IStorageFile
{
    private bool _disposed;

    public long Length => Open.Length;

    private MemoryFile Open
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return file;
        }
    }

    public int Read(Span<byte> destination, long position) => Open.Read(destination, position);

    public void Write(ReadOnlySpan<byte> source, long position) => Open.Write(source, position);

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> sources, long position)
    {
        foreach (ReadOnlyMemory<byte> source in sources)
        {
            Open.Write(source.Span, position);
            position += source.Length;
        }
    }

    public void Truncate(long length) => Open.Truncate(length);

    public void Flush() => ObjectDisposedException.ThrowIf(_disposed, this);

    public void Dispose() => _disposed = true;
}
