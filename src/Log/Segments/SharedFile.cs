using Compat.Log.Storage;

namespace Compat.Log.Segments;

/// <summary>
/// A handle that lives as long as anybody uses it: the segment that opened it, and every answer under way that still has
/// to read its slice. A slice that is dropped without being released costs nothing but delay: the handle is then closed
/// with the garbage it has become.
/// </summary>
internal sealed class SharedFile(IStorageFile file)
{
    private int _references = 1;

    /// <summary>The open file; only to be used between acquiring and releasing.</summary>
    public IStorageFile File => file;

    /// <summary>Adds a user; false when the last one has gone and the handle is closed.</summary>
    public bool TryAcquire()
    {
        int references = Volatile.Read(ref _references);
        while (references > 0)
        {
            int seen = Interlocked.CompareExchange(ref _references, references + 1, references);
            if (seen == references)
            {
                return true;
            }

            references = seen;
        }

        return false;
    }

    /// <summary>Removes a user; the last one closes the handle.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            file.Dispose();
        }
    }
}
