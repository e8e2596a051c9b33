using Compat.Log.Epochs;
using Compat.Replication.Quorum;
using Compat.Replication.Quorum.Core;
using Compat.Wire.Records;

namespace Compat.Replication.Tests.Quorum.Simulation;

/// <summary>A batch in a simulated log.</summary>
internal readonly record struct StoredBatch(long BaseOffset, long EndOffset, int Epoch, ReadOnlyMemory<byte> Bytes)
{
    public static StoredBatch Of(RecordBatch batch) => new(batch.BaseOffset, batch.NextOffset, batch.PartitionLeaderEpoch, batch.Memory);

    public bool IsSameAs(StoredBatch other) =>
        BaseOffset == other.BaseOffset && Epoch == other.Epoch && Bytes.Span.SequenceEqual(other.Bytes.Span);
}

/// <summary>A snapshot: what was applied up to its end, as one number, in a file of some length.</summary>
internal sealed record StoredSnapshot(OffsetAndEpoch Id, byte[] Bytes, VoterSet Voters)
{
    public static StoredSnapshot Of(OffsetAndEpoch id, ulong state, int padding, VoterSet voters)
    {
        byte[] bytes = new byte[sizeof(ulong) + padding];
        BitConverter.TryWriteBytes(bytes, state);
        return new StoredSnapshot(id, bytes, voters);
    }

    public ulong State => BitConverter.ToUInt64(Bytes);
}

/// <summary>The disk of a node: what it has written, and what of that a loss of power would leave.</summary>
internal sealed class SimulatedDisk
{
    private List<StoredBatch> _log = [];
    private List<StoredBatch> _durable = [];

    public QuorumState Election { get; set; } = QuorumState.Initial;

    public SortedList<OffsetAndEpoch, StoredSnapshot> Snapshots { get; } = [];

    public IReadOnlyList<StoredBatch> Log => _log;

    public long StartOffset { get; private set; }

    public long EndOffset => _log.Count > 0 ? _log[^1].EndOffset : StartOffset;

    public OffsetAndEpoch End => new(EndOffset, _log.Count > 0 ? _log[^1].Epoch : Snapshots.Count > 0 ? Snapshots.Keys[^1].Epoch : 0);

    public void Append(ReadOnlyMemory<byte> bytes)
    {
        foreach (RecordBatch batch in new RecordBatches(bytes))
        {
            if (batch.BaseOffset != EndOffset)
            {
                throw new InvariantViolation($"a batch at {batch.BaseOffset} was appended to a log that ends at {EndOffset}");
            }
            _log.Add(StoredBatch.Of(batch));
        }
    }

    public void TruncateTo(long offset)
    {
        _log.RemoveAll(batch => batch.EndOffset > offset);
        if (EndOffset != offset)
        {
            throw new InvariantViolation($"the log was cut at {offset}, within a batch");
        }
    }

    /// <summary>What a flush that begins now will have made durable.</summary>
    public List<StoredBatch> Content() => [.. _log];

    public void MakeDurable(List<StoredBatch> content) => _durable = content;

    /// <summary>The file of a snapshot is durable under its name before the log before it goes.</summary>
    public void Install(StoredSnapshot snapshot)
    {
        Snapshots[snapshot.Id] = snapshot;
        _log.Clear();
        StartAt(snapshot.Id.Offset);
    }

    /// <summary>Keeps the newest snapshots, and of the log what is behind the oldest of them.</summary>
    public void Add(StoredSnapshot snapshot, int keep)
    {
        Snapshots[snapshot.Id] = snapshot;
        while (Snapshots.Count > keep)
        {
            Snapshots.RemoveAt(0);
            StartOffset = Math.Max(StartOffset, Snapshots.Keys[0].Offset);
            _log.RemoveAll(batch => batch.EndOffset <= StartOffset);
        }
    }

    /// <summary>The place in the log of the first batch at or behind an offset.</summary>
    public int IndexOf(long offset) => IndexOf(_log, offset);

    /// <summary>True if a loss of power would leave the batch, or a snapshot with it.</summary>
    public bool HasDurably(StoredBatch batch) =>
        (Snapshots.Count > 0 && Snapshots.Keys[^1].Offset >= batch.EndOffset) || (IndexOf(_durable, batch.BaseOffset) is var at && at < _durable.Count && _durable[at].IsSameAs(batch));

    /// <summary>The process ends: what was written stays.</summary>
    public void Kill()
    {
        Reopen(_log);
    }

    /// <summary>The power fails: what was not flushed stays only as far as luck has it.</summary>
    public void LosePower(Random random)
    {
        int same = 0;
        while (same < _durable.Count && same < _log.Count && _durable[same].IsSameAs(_log[same]))
        {
            same++;
        }
        bool isExtension = same == _durable.Count;
        Reopen(isExtension ? [.. _durable, .. _log.Skip(same).Take(random.Next(_log.Count - same + 1))] : _durable);
    }

    public byte[] Read(long fromOffset, int maxBytes)
    {
        var read = new List<byte>();
        foreach (StoredBatch batch in _log.Skip(IndexOf(fromOffset)))
        {
            if (read.Count > 0 && read.Count + batch.Bytes.Length > maxBytes)
            {
                break;
            }
            read.AddRange(batch.Bytes.Span);
        }
        return [.. read];
    }

    public LogIndex Index()
    {
        var epochs = new List<EpochEntry>();
        foreach (StoredBatch batch in _log)
        {
            if (epochs.Count == 0 || epochs[^1].Epoch < batch.Epoch)
            {
                epochs.Add(new EpochEntry(batch.Epoch, batch.BaseOffset));
            }
        }
        return new LogIndex(
            StartOffset, EndOffset, epochs, Snapshots.Count > 0 ? Snapshots.Keys[0] : null, Snapshots.Count > 0 ? Snapshots.Keys[^1] : null);
    }

    private static int IndexOf(List<StoredBatch> log, long offset)
    {
        int low = 0;
        int high = log.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = log[middle].BaseOffset < offset ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    private void StartAt(long offset)
    {
        StartOffset = offset;
        while (Snapshots.Keys[0].Offset < offset)
        {
            Snapshots.RemoveAt(0);
        }
    }

    private void Reopen(List<StoredBatch> log)
    {
        _log = [.. log.Where(batch => batch.EndOffset > StartOffset)];
        if (_log.Count > 0 && _log[0].BaseOffset != StartOffset)
        {
            _log.Clear();
        }
        if (Snapshots.Count > 0 && Snapshots.Keys[^1] is var latest)
        {
            var end = new OffsetAndEpoch(EndOffset, _log.Count > 0 ? _log[^1].Epoch : 0);
            if (latest.CompareTo(end) > 0)
            {
                _log.Clear();
                StartAt(latest.Offset);
            }
        }
        // A start flushes what it finds.
        _durable = [.. _log];
    }
}
