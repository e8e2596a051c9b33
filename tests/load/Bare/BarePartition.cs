using System.Buffers.Binary;
using Compat.Wire.Records;

namespace Compat.Load.Bare;

/// <summary>One file that batches are added to, and the fetch that waits for the next.</summary>
internal sealed class BarePartition : IDisposable
{
    private readonly FileStream _file;
    private readonly bool _flushes;
    private readonly List<(long Offset, long Position)> _batches = [];
    private long _position;
    private long _nextOffset;
    private BareWait? _waiting;

    public BarePartition(string path, bool flushes)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Delete, 0, FileOptions.DeleteOnClose);
        _flushes = flushes;
    }

    /// <summary>The offset of the next record.</summary>
    public long NextOffset => Volatile.Read(ref _nextOffset);

    /// <summary>Checksums a batch, gives it its offsets, writes it, flushes it if asked to, and calls the fetch that waits. Returns its first offset.</summary>
    public long Append(Span<byte> batch)
    {
        var header = RecordBatchHeader.Read(batch);
        if (Crc32C.Compute(batch[21..]) != header.Crc)
        {
            throw new InvalidDataException("the checksum of a batch is wrong");
        }

        long offset;
        BareWait? waiting;
        lock (_batches)
        {
            offset = _nextOffset;
            BinaryPrimitives.WriteInt64BigEndian(batch, offset);
            RandomAccess.Write(_file.SafeFileHandle, batch, _position);
            if (_flushes)
            {
                RandomAccess.FlushToDisk(_file.SafeFileHandle);
            }

            _batches.Add((offset, _position));
            _position += batch.Length;
            Volatile.Write(ref _nextOffset, offset + header.LastOffsetDelta + 1);
            (waiting, _waiting) = (_waiting, null);
        }

        waiting?.End();
        return offset;
    }

    /// <summary>Whole batches from the one that begins at <paramref name="offset"/> on; none when it is the end.</summary>
    public byte[] Read(long offset, int maxBytes)
    {
        long position;
        long end;
        lock (_batches)
        {
            var first = _batches.BinarySearch((offset, 0), Comparer<(long Offset, long Position)>.Create((a, b) => a.Offset.CompareTo(b.Offset)));
            if (first < 0)
            {
                return [];
            }

            position = _batches[first].Position;
            end = first + 1 < _batches.Count ? _batches[first + 1].Position : _position;
            end = Math.Max(end, Math.Min(_position, position + maxBytes));
        }

        var bytes = new byte[end - position];
        RandomAccess.Read(_file.SafeFileHandle, bytes, position);
        return bytes;
    }

    /// <summary>Ends the wait at the next append; false when there is something at <paramref name="offset"/> already.</summary>
    public bool TryWait(long offset, BareWait wait)
    {
        lock (_batches)
        {
            if (offset < _nextOffset)
            {
                return false;
            }

            _waiting = wait;
            return true;
        }
    }

    public void Dispose() => _file.Dispose();
}
