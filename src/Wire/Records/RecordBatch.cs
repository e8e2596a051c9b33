using System.Buffers.Binary;

namespace Compat.Wire.Records;

/// <summary>
/// A view of one whole record batch of magic 2 (KIP-98) over memory that stays the caller's. The header is read when the
/// view is made; patching the memory afterwards does not change <see cref="Header"/>.
/// </summary>
public readonly struct RecordBatch
{
    /// <summary>The size of a batch without records, bytes.</summary>
    public const int HeaderSize = RecordBatchLayout.Records;

    /// <summary>The bytes before what the batch length counts: base offset and the length itself.</summary>
    public const int LogOverhead = RecordBatchLayout.PartitionLeaderEpoch;

    /// <summary>The only batch format that is read and written.</summary>
    public const sbyte CurrentMagic = 2;

    /// <summary>The producer id of a batch without one.</summary>
    public const long NoProducerId = -1;

    /// <summary>The producer epoch of a batch without a producer id.</summary>
    public const short NoProducerEpoch = -1;

    /// <summary>The base sequence of a batch without one.</summary>
    public const int NoSequence = -1;

    /// <summary>The timestamp of a record without one.</summary>
    public const long NoTimestamp = -1;

    /// <summary>The leader epoch of a batch that no leader has written yet.</summary>
    public const int NoPartitionLeaderEpoch = -1;

    private readonly RecordBatchHeader _header;

    /// <summary>Views the batch at the head of <paramref name="memory"/>.</summary>
    /// <param name="memory">A whole batch of magic 2, with or without bytes behind it.</param>
    /// <exception cref="WireFormatException">The batch is not whole, not of magic 2, or shorter than its header.</exception>
    public RecordBatch(ReadOnlyMemory<byte> memory)
    {
        _header = RecordBatchHeader.Read(memory.Span);
        if (_header.Magic != CurrentMagic)
        {
            throw new WireFormatException($"A record batch has magic {_header.Magic}, not {CurrentMagic}.");
        }

        if (_header.SizeInBytes < HeaderSize || _header.SizeInBytes > memory.Length)
        {
            throw new WireFormatException($"A record batch claims {_header.SizeInBytes} bytes, there are {memory.Length}.");
        }

        Memory = memory[..(int)_header.SizeInBytes];
    }

    /// <summary>The whole batch.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>The records as they stand: compressed, if the batch is.</summary>
    public ReadOnlyMemory<byte> Payload => Memory[HeaderSize..];

    /// <summary>The header.</summary>
    public RecordBatchHeader Header => _header;

    /// <inheritdoc cref="RecordBatchHeader.BaseOffset"/>
    public long BaseOffset => _header.BaseOffset;

    /// <inheritdoc cref="RecordBatchHeader.BatchLength"/>
    public int BatchLength => _header.BatchLength;

    /// <summary>The size of the whole batch, header included.</summary>
    public int SizeInBytes => Memory.Length;

    /// <inheritdoc cref="RecordBatchHeader.PartitionLeaderEpoch"/>
    public int PartitionLeaderEpoch => _header.PartitionLeaderEpoch;

    /// <inheritdoc cref="RecordBatchHeader.Magic"/>
    public sbyte Magic => _header.Magic;

    /// <inheritdoc cref="RecordBatchHeader.Crc"/>
    public uint Crc => _header.Crc;

    /// <inheritdoc cref="RecordBatchHeader.Attributes"/>
    public RecordBatchAttributes Attributes => _header.Attributes;

    /// <inheritdoc cref="RecordBatchHeader.CompressionType"/>
    public CompressionType CompressionType => _header.CompressionType;

    /// <inheritdoc cref="RecordBatchHeader.TimestampType"/>
    public TimestampType TimestampType => _header.TimestampType;

    /// <inheritdoc cref="RecordBatchHeader.IsTransactional"/>
    public bool IsTransactional => _header.IsTransactional;

    /// <inheritdoc cref="RecordBatchHeader.IsControl"/>
    public bool IsControl => _header.IsControl;

    /// <inheritdoc cref="RecordBatchHeader.HasDeleteHorizon"/>
    public bool HasDeleteHorizon => _header.HasDeleteHorizon;

    /// <inheritdoc cref="RecordBatchHeader.DeleteHorizonMs"/>
    public long? DeleteHorizonMs => _header.DeleteHorizonMs;

    /// <inheritdoc cref="RecordBatchHeader.HasProducerId"/>
    public bool HasProducerId => _header.HasProducerId;

    /// <inheritdoc cref="RecordBatchHeader.LastOffsetDelta"/>
    public int LastOffsetDelta => _header.LastOffsetDelta;

    /// <inheritdoc cref="RecordBatchHeader.LastOffset"/>
    public long LastOffset => _header.LastOffset;

    /// <inheritdoc cref="RecordBatchHeader.NextOffset"/>
    public long NextOffset => _header.NextOffset;

    /// <inheritdoc cref="RecordBatchHeader.BaseTimestamp"/>
    public long BaseTimestamp => _header.BaseTimestamp;

    /// <inheritdoc cref="RecordBatchHeader.MaxTimestamp"/>
    public long MaxTimestamp => _header.MaxTimestamp;

    /// <inheritdoc cref="RecordBatchHeader.ProducerId"/>
    public long ProducerId => _header.ProducerId;

    /// <inheritdoc cref="RecordBatchHeader.ProducerEpoch"/>
    public short ProducerEpoch => _header.ProducerEpoch;

    /// <inheritdoc cref="RecordBatchHeader.BaseSequence"/>
    public int BaseSequence => _header.BaseSequence;

    /// <inheritdoc cref="RecordBatchHeader.LastSequence"/>
    public int LastSequence => _header.LastSequence;

    /// <inheritdoc cref="RecordBatchHeader.RecordCount"/>
    public int RecordCount => _header.RecordCount;

    /// <summary>The records, decompressed if need be, for <c>foreach</c>.</summary>
    /// <param name="maxDecompressedBytes">How many bytes they may have uncompressed, more is an error.</param>
    /// <remarks>Reading them throws <see cref="WireFormatException"/> where the bytes are not what the header says.</remarks>
    public RecordSequence Records(int maxDecompressedBytes = Compression.DefaultMaxDecompressedBytes) =>
        new(this, maxDecompressedBytes);

    /// <summary>Whether the stored checksum is that of the bytes it covers.</summary>
    public bool IsCrcValid() => Crc32C.Compute(Memory.Span[RecordBatchLayout.Attributes..]) == _header.Crc;

    /// <summary>
    /// The size in bytes of the batch at the head of <paramref name="source"/>, as it claims, whether or not all of it is there.
    /// </summary>
    /// <param name="source">Any bytes.</param>
    /// <param name="size">The claimed size, at least <see cref="LogOverhead"/>.</param>
    /// <returns>False when there are too few bytes to say.</returns>
    /// <exception cref="WireFormatException">The length is negative, or the sum does not fit an int.</exception>
    public static bool TryReadSize(ReadOnlySpan<byte> source, out int size)
    {
        size = 0;
        if (source.Length < LogOverhead)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(source[RecordBatchLayout.BatchLength..]);
        if (length is < 0 or > int.MaxValue - LogOverhead)
        {
            throw new WireFormatException($"A record batch claims a length of {length} bytes.");
        }

        size = LogOverhead + length;
        return true;
    }

    /// <summary>The sequence number <paramref name="increment"/> further on; after 2^31-1 comes 0.</summary>
    /// <param name="sequence">A sequence number, 0 or more.</param>
    /// <param name="increment">How far, 0 or more.</param>
    public static int IncrementSequence(int sequence, int increment) => unchecked(sequence + increment) & int.MaxValue;

    /// <summary>The sequence number <paramref name="decrement"/> before; before 0 comes 2^31-1.</summary>
    /// <param name="sequence">A sequence number, 0 or more.</param>
    /// <param name="decrement">How far, 0 or more.</param>
    public static int DecrementSequence(int sequence, int decrement) => unchecked(sequence - decrement) & int.MaxValue;
}
