namespace Compat.Wire.Records;

/// <summary>
/// The batches that lie one behind another in memory, for <c>foreach</c>. A batch that is cut off at the end (fewer bytes
/// than it claims) ends the sequence, as it does for Kafka's clients and logs.
/// </summary>
public readonly struct RecordBatches(ReadOnlyMemory<byte> memory)
{
    /// <summary>Starts at the first batch.</summary>
    public Enumerator GetEnumerator() => new(memory);

    /// <summary>Walks the batches; nothing is allocated.</summary>
    public struct Enumerator
    {
        private ReadOnlyMemory<byte> _rest;

        internal Enumerator(ReadOnlyMemory<byte> memory)
        {
            _rest = memory;
        }

        /// <summary>The batch at hand.</summary>
        public RecordBatch Current { get; private set; }

        /// <summary>The bytes that have been passed, a cut-off batch not among them.</summary>
        public int Position { get; private set; }

        /// <summary>Goes to the next whole batch.</summary>
        /// <exception cref="WireFormatException">The next batch has an impossible length or another magic than 2.</exception>
        public bool MoveNext()
        {
            if (!RecordBatch.TryReadSize(_rest.Span, out int size) || size > _rest.Length)
            {
                return false;
            }

            Current = new RecordBatch(_rest);
            _rest = _rest[size..];
            Position += size;
            return true;
        }
    }
}
