using System.Buffers;
using Compat.Wire;

namespace Compat.Coordination.Runtime;

/// <summary>The records that turns have decided and that are not yet appended, encoded as they are decided.</summary>
internal sealed class TurnRecords
{
    // A buffer that one large turn has made larger than this is not kept.
    private const int MaxRetainedBytes = 1 << 20;

    private readonly List<Entry> _entries = [];
    private readonly List<CoordinatorRecord> _records = [];
    private ArrayBufferWriter<byte> _bytes = new();

    /// <summary>The records.</summary>
    public int Count => _entries.Count;

    /// <summary>The bytes of all keys and values.</summary>
    public int SizeInBytes { get; private set; }

    /// <summary>The records as they were decided.</summary>
    public IReadOnlyList<CoordinatorRecord> Decided => _records;

    /// <summary>Adds a record; false, and nothing is added, when its key and value are larger than <paramref name="maxBytes"/>.</summary>
    public bool TryAdd(CoordinatorRecord record, int maxBytes)
    {
        int start = _bytes.WrittenCount;
        var writer = new WireWriter(_bytes);
        record.WriteKey(ref writer);
        int keyLength = (int)writer.BytesWritten;
        int valueLength = Entry.NoValue;
        if (!record.IsTombstone)
        {
            record.WriteValue(ref writer);
            valueLength = (int)writer.BytesWritten - keyLength;
        }

        writer.Flush();
        int size = _bytes.WrittenCount - start;
        if (size > maxBytes)
        {
            return false;
        }

        SizeInBytes += size;
        _entries.Add(new Entry(start, keyLength, valueLength));
        _records.Add(record);
        return true;
    }

    /// <summary>The encoded key of record <paramref name="index"/>.</summary>
    public ReadOnlyMemory<byte> Key(int index) => _bytes.WrittenMemory.Slice(_entries[index].Start, _entries[index].KeyLength);

    /// <summary>The encoded value of record <paramref name="index"/>; null for a tombstone.</summary>
    public ReadOnlyMemory<byte>? Value(int index)
    {
        Entry entry = _entries[index];
        if (entry.ValueLength == Entry.NoValue)
        {
            return null;
        }

        return _bytes.WrittenMemory.Slice(entry.Start + entry.KeyLength, entry.ValueLength);
    }

    /// <summary>The bytes of key and value of record <paramref name="index"/>.</summary>
    public int SizeOf(int index) => _entries[index].KeyLength + Math.Max(0, _entries[index].ValueLength);

    /// <summary>Forgets all records.</summary>
    public void Clear()
    {
        if (Count == 0 && _bytes.WrittenCount == 0)
        {
            return;
        }

        _entries.Clear();
        _records.Clear();
        SizeInBytes = 0;
        if (_bytes.Capacity > MaxRetainedBytes)
        {
            _bytes = new ArrayBufferWriter<byte>();
        }
        else
        {
            _bytes.ResetWrittenCount();
        }
    }

    private readonly record struct Entry(int Start, int KeyLength, int ValueLength)
    {
        public const int NoValue = -1;
    }
}
