using System.IO.Hashing;

namespace Compat.Log.Cleaning;

/// <summary>
/// The latest offset of each key, in an amount of memory that is fixed beforehand. A key is known by 128 bits of its hash, so
/// an entry takes 24 bytes whatever the key's length. Nothing can be removed. Belongs to one thread.
/// </summary>
/// <remarks>
/// Two keys of the same hash would count as one, and the older of them would be lost. With 128 bits that does not happen by
/// chance, and the hash is seeded anew for each map, so that no one can bring it about for good. Kafka uses MD5 for the same
/// purpose; this is many times as fast and needs no cryptographic library.
/// </remarks>
internal sealed class OffsetMap
{
    /// <summary>The size of an entry: the hash and an offset.</summary>
    public const int BytesPerEntry = 24;

    private const int FewestSlots = 2;

    private readonly Slot[] _slots;
    private readonly long _seed;

    /// <summary>Makes an empty map.</summary>
    /// <param name="memoryBytes">The most memory it may take.</param>
    /// <param name="loadFactor">How full it may get, 0 to 1: the fuller, the slower.</param>
    /// <param name="mostKeys">How many keys there can be at most; it takes no more memory than they need.</param>
    /// <param name="seed">Any number, another one for each map.</param>
    public OffsetMap(long memoryBytes, double loadFactor, long mostKeys, long seed)
    {
        _seed = seed;
        double factor = Math.Clamp(loadFactor, 0.01, 1);
        long needed = (long)Math.Min(Math.Ceiling(mostKeys / factor) + 1, Array.MaxLength);
        int slots = (int)Math.Clamp(memoryBytes / BytesPerEntry, FewestSlots, Math.Max(needed, FewestSlots));
        _slots = new Slot[slots];

        // One slot is always free, where the search for a key that is not there ends.
        Capacity = Math.Clamp((int)(slots * factor), 1, slots - 1);
    }

    /// <summary>The keys that fit.</summary>
    public int Capacity { get; }

    /// <summary>The keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>The share of the memory that is in use, 0 to 1.</summary>
    public double Utilization => (double)Count / _slots.Length;

    /// <summary>
    /// The offset up to which every key of the log is in the map; -1 before the first. Records beyond it are not to be judged
    /// by the map.
    /// </summary>
    public long LatestOffset { get; set; } = -1;

    /// <summary>Notes the latest offset of a key.</summary>
    /// <returns>False when the key is new and there is no room for it.</returns>
    public bool TryPut(ReadOnlySpan<byte> key, long offset)
    {
        UInt128 hash = XxHash128.HashToUInt128(key, _seed);
        ref Slot slot = ref Find(hash);
        if (!slot.IsUsed)
        {
            if (Count >= Capacity)
            {
                return false;
            }

            Count++;
            slot.Hash = hash;
        }

        slot.OffsetAndOne = offset + 1;
        return true;
    }

    /// <summary>The latest offset that was noted for a key, -1 when there is none.</summary>
    public long OffsetOf(ReadOnlySpan<byte> key) => Find(XxHash128.HashToUInt128(key, _seed)).OffsetAndOne - 1;

    // The slot of a hash, or the free one where it belongs.
    private ref Slot Find(UInt128 hash)
    {
        Slot[] slots = _slots;
        uint at = (uint)(((ulong)(uint)hash * (uint)slots.Length) >> 32);
        while (slots[at].IsUsed && slots[at].Hash != hash)
        {
            at = at + 1 == slots.Length ? 0 : at + 1;
        }

        return ref slots[at];
    }

    private struct Slot
    {
        private ulong _high;
        private ulong _low;

        /// <summary>The offset and 1, so that memory that was never written is a free slot.</summary>
        public long OffsetAndOne;

        public readonly bool IsUsed => OffsetAndOne != 0;

        public UInt128 Hash
        {
            readonly get => new(_high, _low);
            set => (_high, _low) = ((ulong)(value >> 64), (ulong)value);
        }
    }
}
