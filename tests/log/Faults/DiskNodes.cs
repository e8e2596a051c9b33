namespace Compat.Log.Tests.Faults;

/// <summary>A file or directory of a <see cref="SimulatedDisk"/>.</summary>
internal abstract class DiskNode
{
    /// <summary>The node as it is now, all of it on the device.</summary>
    public abstract DiskNode CopyNode(Dictionary<DiskNode, DiskNode> copies);

    /// <summary>What a loss of power leaves of it.</summary>
    public abstract DiskNode SurvivorNode(Random random, Dictionary<DiskNode, DiskNode> copies);

    public abstract long Bytes { get; }
}

/// <summary>A file: its bytes, those of them that are on the device, and the changes between the two.</summary>
internal sealed class DiskFile : DiskNode
{
    private readonly List<(int Position, byte[]? Written, int Length)> _changes = [];
    private byte[] _bytes = [];
    private byte[] _durable = [];

    public int Length { get; private set; }

    public long LastModifiedMs { get; set; }

    public override long Bytes => Length;

    public int Read(Span<byte> destination, long position)
    {
        int count = (int)Math.Clamp(Length - position, 0, destination.Length);
        _bytes.AsSpan((int)Math.Min(position, Length), count).CopyTo(destination);
        return count;
    }

    public void Write(ReadOnlySpan<byte> source, long position)
    {
        Put(ref _bytes, source, (int)position);
        Length = Math.Max(Length, (int)position + source.Length);
        _changes.Add(((int)position, source.ToArray(), 0));
    }

    public bool Truncate(int length)
    {
        Cut(ref _bytes, Length, length);
        Length = length;
        _changes.Add((0, null, length));
        return true;
    }

    public bool Flush()
    {
        if (_changes.Count > 0)
        {
            _durable = _bytes.AsSpan(0, Length).ToArray();
            _changes.Clear();
        }

        return true;
    }

    public override DiskNode CopyNode(Dictionary<DiskNode, DiskNode> copies) => Of(_bytes.AsSpan(0, Length).ToArray());

    // A device writes in any order, and of a write any part; what lies between reads as zeros.
    public override DiskNode SurvivorNode(Random random, Dictionary<DiskNode, DiskNode> copies)
    {
        byte[] bytes = [.. _durable];
        int length = bytes.Length;
        double kept = random.NextDouble();
        foreach ((int position, byte[]? written, int cut) in _changes)
        {
            if (written is null)
            {
                if (random.NextDouble() < kept)
                {
                    Cut(ref bytes, length, cut);
                    length = cut;
                }
            }
            else if (random.NextDouble() < kept)
            {
                int part = random.Next(3) == 0 ? random.Next(written.Length + 1) : written.Length;
                Put(ref bytes, written.AsSpan(0, part), position);
                length = Math.Max(length, position + part);
            }
        }

        return Of(bytes.AsSpan(0, length).ToArray());
    }

    private DiskFile Of(byte[] bytes) =>
        new() { _bytes = bytes, _durable = [.. bytes], Length = bytes.Length, LastModifiedMs = LastModifiedMs };

    private static void Put(ref byte[] bytes, ReadOnlySpan<byte> source, int position)
    {
        if (position + source.Length > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(position + source.Length, bytes.Length * 2));
        }

        source.CopyTo(bytes.AsSpan(position));
    }

    private static void Cut(ref byte[] bytes, int from, int to)
    {
        if (to > bytes.Length)
        {
            Array.Resize(ref bytes, to);
        }

        bytes.AsSpan(Math.Min(from, to)).Clear();
    }
}

/// <summary>A directory: its names, those that are on the device, and the changes between the two.</summary>
internal sealed class DiskDirectory : DiskNode
{
    private readonly List<(string Name, DiskNode? Node)[]> _changes = [];
    private Dictionary<string, DiskNode> _durable = new(StringComparer.Ordinal);

    public Dictionary<string, DiskNode> Names { get; private set; } = new(StringComparer.Ordinal);

    public override long Bytes => Names.Values.Sum(node => node.Bytes);

    /// <summary>Sets or removes names in one step, as a rename does.</summary>
    public void Change(params (string Name, DiskNode? Node)[] names)
    {
        Apply(Names, names);
        _changes.Add(names);
    }

    public void Flush()
    {
        _durable = new Dictionary<string, DiskNode>(Names, StringComparer.Ordinal);
        _changes.Clear();
    }

    public void FlushAll()
    {
        Flush();
        foreach (DiskNode node in Names.Values)
        {
            (node as DiskDirectory)?.FlushAll();
            (node as DiskFile)?.Flush();
        }
    }

    public DiskDirectory Copy(Dictionary<DiskNode, DiskNode> copies) =>
        Of(Names.ToDictionary(entry => entry.Key, entry => Once(copies, entry.Value, () => entry.Value.CopyNode(copies)), StringComparer.Ordinal));

    public DiskDirectory Survivor(Random random, Dictionary<DiskNode, DiskNode> copies)
    {
        Dictionary<string, DiskNode> names = new(_durable, StringComparer.Ordinal);
        int kept = random.Next(_changes.Count + 1);
        foreach ((string, DiskNode?)[] change in _changes.Take(kept))
        {
            Apply(names, change);
        }

        return Of(names.OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .ToDictionary(entry => entry.Key, entry => Once(copies, entry.Value, () => entry.Value.SurvivorNode(random, copies)), StringComparer.Ordinal));
    }

    public override DiskNode CopyNode(Dictionary<DiskNode, DiskNode> copies) => Copy(copies);

    public override DiskNode SurvivorNode(Random random, Dictionary<DiskNode, DiskNode> copies) => Survivor(random, copies);

    private static DiskDirectory Of(Dictionary<string, DiskNode> names) =>
        new() { Names = names, _durable = new Dictionary<string, DiskNode>(names, StringComparer.Ordinal) };

    private static DiskNode Once(Dictionary<DiskNode, DiskNode> copies, DiskNode node, Func<DiskNode> copy) =>
        copies.TryGetValue(node, out DiskNode? made) ? made : copies[node] = copy();

    private static void Apply(Dictionary<string, DiskNode> names, (string Name, DiskNode? Node)[] change)
    {
        foreach ((string name, DiskNode? node) in change)
        {
            if (node is null)
            {
                names.Remove(name);
            }
            else
            {
                names[name] = node;
            }
        }
    }
}
