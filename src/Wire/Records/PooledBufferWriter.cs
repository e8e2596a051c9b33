using System.Buffers;

namespace Compat.Wire.Records;

/// <summary>A growing array out of the shared pool; what was written lies in one piece. Belongs to one thread.</summary>
internal sealed class PooledBufferWriter : IBufferWriter<byte>, IDisposable
{
    private const int FirstSize = 4096;

    private byte[] _array;

    internal PooledBufferWriter(int capacity = FirstSize)
    {
        _array = ArrayPool<byte>.Shared.Rent(capacity);
    }

    internal int Count { get; private set; }

    internal Span<byte> Written => _array.AsSpan(0, Count);

    internal ReadOnlyMemory<byte> WrittenMemory => _array.AsMemory(0, Count);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_array.Length - Count), nameof(count));
        Count += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _array.AsMemory(Count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _array.AsSpan(Count);
    }

    internal void Clear() => Count = 0;

    public void Dispose()
    {
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
            _array = [];
            Count = 0;
        }
    }

    private void EnsureRoom(int size)
    {
        if (_array.Length - Count >= size)
        {
            return;
        }

        int doubled = (int)Math.Min(2L * _array.Length, Array.MaxLength);
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(Count + size), doubled));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
