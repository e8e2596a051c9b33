namespace Compat.Wire.Records;

/// <summary>The headers of a record (KIP-82), in their order, keys repeated where the producer repeated them.</summary>
public readonly ref struct RecordHeaders
{
    internal RecordHeaders(int count, ReadOnlySpan<byte> bytes)
    {
        Count = count;
        Bytes = bytes;
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>The headers as they stand in the record, without their count.</summary>
    internal ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Starts at the first header.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>Walks the headers; nothing is allocated.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _bytes;
        private int _left;
        private int _position;

        internal Enumerator(RecordHeaders headers)
        {
            _bytes = headers.Bytes;
            _left = headers.Count;
        }

        /// <summary>The header at hand.</summary>
        public RecordHeaderView Current { get; private set; }

        /// <summary>Goes to the next header.</summary>
        public bool MoveNext()
        {
            if (_left == 0)
            {
                return false;
            }

            _left--;
            ReadOnlySpan<byte> key = RecordParser.ReadBytes(_bytes, ref _position, out _);
            ReadOnlySpan<byte> value = RecordParser.ReadBytes(_bytes, ref _position, out bool isNull);
            Current = new RecordHeaderView(key, value, isNull);
            return true;
        }
    }
}
