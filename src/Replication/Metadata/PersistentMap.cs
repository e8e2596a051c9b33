using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Compat.Replication.Metadata;

/// <summary>
/// An immutable hash map made for the metadata image: a lookup costs two hash computations and no allocation, and a
/// changed copy shares everything but the small shards that the change touched, so that an image of ten thousand
/// topics follows a single change in microseconds. Order of enumeration is not specified.
/// </summary>
/// <typeparam name="TKey">The key; its own equality decides.</typeparam>
/// <typeparam name="TValue">The value.</typeparam>
public sealed class PersistentMap<TKey, TValue> : IReadOnlyCollection<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    /// <summary>Entries a shard holds on average before the map gets more shards; bounds what one change copies.</summary>
    private const int EntriesPerShard = 32;

    private readonly Dictionary<TKey, TValue>?[] _shards;

    private PersistentMap(Dictionary<TKey, TValue>?[] shards, int count)
    {
        _shards = shards;
        Count = count;
    }

    /// <summary>The map without entries.</summary>
    public static PersistentMap<TKey, TValue> Empty { get; } = new(new Dictionary<TKey, TValue>?[1], 0);

    /// <summary>Number of entries.</summary>
    public int Count { get; }

    /// <summary>The keys, in no particular order.</summary>
    public IEnumerable<TKey> Keys => this.Select(entry => entry.Key);

    /// <summary>The values, in no particular order.</summary>
    public IEnumerable<TValue> Values => this.Select(entry => entry.Value);

    /// <summary>Finds the value of a key.</summary>
    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        Dictionary<TKey, TValue>? shard = _shards[ShardOf(key, _shards.Length)];
        if (shard is null)
        {
            value = default;
            return false;
        }
        return shard.TryGetValue(key, out value);
    }

    /// <summary>True if the key has a value.</summary>
    public bool ContainsKey(TKey key) => TryGetValue(key, out _);

    /// <summary>The value of a key, or the default of its type.</summary>
    public TValue? GetValueOrDefault(TKey key) => TryGetValue(key, out TValue? value) ? value : default;

    /// <summary>Starts a changed copy. The map itself never changes.</summary>
    public Builder ToBuilder() => new(this);

    /// <summary>Enumerates without allocation when used by <c>foreach</c>.</summary>
    public Enumerator GetEnumerator() => new(_shards);

    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static int ShardOf(TKey key, int shardCount)
    {
        // The dictionaries inside use the low bits, so the shard is chosen by mixed high ones.
        uint mixed = (uint)key.GetHashCode() * 0x9E3779B9u;
        return (int)(((ulong)mixed * (uint)shardCount) >> 32);
    }

    /// <summary>Collects changes and makes one new map of them. For one thread.</summary>
    public sealed class Builder
    {
        private Dictionary<TKey, TValue>?[] _shards;
        private BitArray _owned;
        private bool _ownsRoot;

        internal Builder(PersistentMap<TKey, TValue> map)
        {
            _shards = map._shards;
            _owned = new BitArray(_shards.Length);
            Count = map.Count;
        }

        /// <summary>Number of entries as changed so far.</summary>
        public int Count { get; private set; }

        /// <summary>Finds the value of a key, seeing the changes made so far.</summary>
        public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
        {
            Dictionary<TKey, TValue>? shard = _shards[ShardOf(key, _shards.Length)];
            if (shard is null)
            {
                value = default;
                return false;
            }
            return shard.TryGetValue(key, out value);
        }

        /// <summary>Sets the value of a key, new or present.</summary>
        public void Set(TKey key, TValue value)
        {
            Dictionary<TKey, TValue> shard = OwnShard(ShardOf(key, _shards.Length));
            int before = shard.Count;
            shard[key] = value;
            Count += shard.Count - before;
            if (Count > _shards.Length * EntriesPerShard * 2)
            {
                Grow();
            }
        }

        /// <summary>Removes a key; false if it was not there.</summary>
        public bool Remove(TKey key)
        {
            int index = ShardOf(key, _shards.Length);
            if (_shards[index] is not { } present || !present.ContainsKey(key))
            {
                return false;
            }
            OwnShard(index).Remove(key);
            Count--;
            return true;
        }

        /// <summary>The map with all changes. The builder may be used on; it copies again what it changes then.</summary>
        public PersistentMap<TKey, TValue> ToImmutable()
        {
            _ownsRoot = false;
            _owned.SetAll(false);
            return Count == 0 ? Empty : new PersistentMap<TKey, TValue>(_shards, Count);
        }

        private Dictionary<TKey, TValue> OwnShard(int index)
        {
            if (!_ownsRoot)
            {
                _shards = (Dictionary<TKey, TValue>?[])_shards.Clone();
                _ownsRoot = true;
            }
            if (!_owned[index])
            {
                _shards[index] = _shards[index] is { } shared
                    ? new Dictionary<TKey, TValue>(shared)
                    : new Dictionary<TKey, TValue>();
                _owned[index] = true;
            }
            return _shards[index]!;
        }

        private void Grow()
        {
            int shardCount = (int)BitOperations.RoundUpToPowerOf2((uint)(Count * 2 / EntriesPerShard));
            var grown = new Dictionary<TKey, TValue>?[shardCount];
            foreach (Dictionary<TKey, TValue>? shard in _shards)
            {
                foreach (KeyValuePair<TKey, TValue> entry in shard ?? [])
                {
                    (grown[ShardOf(entry.Key, shardCount)] ??= []).Add(entry.Key, entry.Value);
                }
            }
            _shards = grown;
            _owned = new BitArray(shardCount, true);
            _ownsRoot = true;
        }
    }

    /// <summary>Walks all entries.</summary>
    public struct Enumerator : IEnumerator<KeyValuePair<TKey, TValue>>
    {
        private readonly Dictionary<TKey, TValue>?[] _shards;
        private Dictionary<TKey, TValue>.Enumerator _inner;
        private int _next;
        private bool _inShard;

        internal Enumerator(Dictionary<TKey, TValue>?[] shards) => _shards = shards;

        /// <inheritdoc/>
        public readonly KeyValuePair<TKey, TValue> Current => _inner.Current;

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            while (!_inShard || !_inner.MoveNext())
            {
                if (_next == _shards.Length)
                {
                    return false;
                }
                Dictionary<TKey, TValue>? shard = _shards[_next++];
                _inShard = shard is not null;
                if (_inShard)
                {
                    _inner = shard!.GetEnumerator();
                }
            }
            return true;
        }

        /// <inheritdoc/>
        public void Reset()
        {
            _next = 0;
            _inShard = false;
        }

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
