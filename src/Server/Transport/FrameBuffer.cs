using System.Buffers;

namespace Compat.Server.Transport;

/// <summary>
/// A pooled array that frames are slices of. Everyone who holds a slice holds a reference; the array goes back to the
/// pool with the last one. A request holds its reference until its answer is encoded, because an answer may quote the
/// request: an array given back too early would put one client's records into another's topic (KAFKA-19012).
/// </summary>
internal sealed class FrameBuffer
{
    private readonly byte[] _array;
    private int _references = 1;

    private FrameBuffer(byte[] array) => _array = array;

    /// <summary>The whole array; its contents are undefined until received into.</summary>
    public byte[] Array => _array;

    /// <summary>The size of the array in bytes.</summary>
    public int Capacity => _array.Length;

    /// <summary>A buffer of at least <paramref name="minimumBytes"/>, with one reference, the caller's.</summary>
    public static FrameBuffer Rent(int minimumBytes) => new(ArrayPool<byte>.Shared.Rent(minimumBytes));

    /// <summary>Takes one more reference.</summary>
    public void AddReference() => Interlocked.Increment(ref _references);

    /// <summary>Gives one reference up; the last one returns the array to the pool.</summary>
    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left == 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }
        else if (left < 0)
        {
            throw new InvalidOperationException("A frame buffer was released more often than it was referenced.");
        }
    }
}

/// <summary>One request as received, without its length: a slice of a buffer, holding a reference to it.</summary>
/// <param name="Buffer">The buffer; whoever takes the frame releases it.</param>
/// <param name="Memory">The bytes of the frame. Handlers patch record batches in place, so they are writable.</param>
internal readonly record struct Frame(FrameBuffer Buffer, Memory<byte> Memory);
