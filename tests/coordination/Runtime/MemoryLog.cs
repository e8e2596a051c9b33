using Compat.Coordination.Runtime;
using Compat.Wire;
using Compat.Wire.Records;

namespace Compat.Coordination.Tests.Runtime;

/// <summary>A log in memory that can refuse, fail, and commit late.</summary>
internal sealed class MemoryLog : ICoordinatorLog
{
    private readonly Lock _lock = new();
    private readonly List<byte[]> _batches = [];
    private Action? _committed;
    private long _end;
    private long _highWatermark;

    public long StartOffset => 0;

    public long EndOffset
    {
        get
        {
            lock (_lock)
            {
                return _end;
            }
        }
    }

    public long HighWatermark
    {
        get
        {
            lock (_lock)
            {
                return _highWatermark;
            }
        }
    }

    public bool IsSure { get; set; } = true;

    public int MaxBatchBytes { get; set; } = 1 << 20;

    /// <summary>True: what is appended is committed at once, as on a single broker.</summary>
    public bool CommitsAtOnce { get; set; } = true;

    /// <summary>What the next appends are refused with.</summary>
    public ErrorCode Refusal { get; set; }

    /// <summary>What the next appends throw.</summary>
    public IOException? Failure { get; set; }

    /// <summary>Reads wait for it.</summary>
    public ManualResetEventSlim Readable { get; } = new(initialState: true);

    public IReadOnlyList<byte[]> Batches
    {
        get
        {
            lock (_lock)
            {
                return [.. _batches];
            }
        }
    }

    public (ErrorCode Error, long BaseOffset) Append(Memory<byte> batch)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        if (Refusal != ErrorCode.None)
        {
            return (Refusal, -1);
        }

        Assert.True(batch.Length <= MaxBatchBytes, $"A batch of {batch.Length} bytes is larger than {MaxBatchBytes}.");
        long offset;
        lock (_lock)
        {
            offset = _end;
            RecordBatchPatch.SetBaseOffset(batch.Span, offset);
            _batches.Add(batch.ToArray());
            _end = new RecordBatch(batch).NextOffset;
            if (CommitsAtOnce)
            {
                _highWatermark = _end;
            }
        }

        _committed?.Invoke();
        return (ErrorCode.None, offset);
    }

    public IEnumerable<RecordBatch> ReadBatches()
    {
        Readable.Wait(TimeSpan.FromSeconds(30));
        foreach (byte[] batch in Batches)
        {
            yield return new RecordBatch(batch);
        }
    }

    public void OnCommitted(Action? committed) => _committed = committed;

    /// <summary>Commits everything.</summary>
    public void Commit()
    {
        lock (_lock)
        {
            _highWatermark = _end;
        }

        _committed?.Invoke();
    }

    /// <summary>Changes a byte of a batch's records.</summary>
    public void Corrupt(int batch) => _batches[batch][^1] ^= 0x55;

    /// <summary>Puts a batch of somebody else's at the end.</summary>
    public void Add(byte[] batch) => Append(batch);
}
