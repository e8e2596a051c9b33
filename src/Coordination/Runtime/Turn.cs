namespace Compat.Coordination.Runtime;

/// <summary>
/// One decision of a shard: it brings the time and new ids in, and takes records, answers and timers out. The runtime
/// appends the records, and gives the answers out when the log has committed all the turn saw.
/// </summary>
internal sealed class Turn(ICoordinatorShard shard, Random random)
{
    private readonly List<Reply> _answered = [];
    /// <summary>The records decided and not yet appended; of several turns when they are appended together.</summary>
    public TurnRecords Records { get; } = new();

    /// <summary>The shard's timers.</summary>
    public TimerHeap Timers { get; } = new();

    /// <summary>The replies that were answered and not yet given out.</summary>
    public IReadOnlyList<Reply> Answered => _answered;

    /// <summary>The wall clock, milliseconds since 1970: for what is written into records, never for timeouts.</summary>
    public long NowMs { get; private set; }

    /// <summary>The monotonic clock, milliseconds since an arbitrary start.</summary>
    public long UptimeMs { get; private set; }

    /// <summary>The offset that the first of <see cref="Records"/> will have.</summary>
    public long FirstOffset { get; private set; }

    /// <summary>The largest record that the log takes, in bytes of key and value.</summary>
    public int MaxRecordBytes { get; private set; } = int.MaxValue;

    /// <summary>Begins a turn.</summary>
    /// <param name="nowMs">The wall clock, milliseconds since 1970.</param>
    /// <param name="uptimeMs">The monotonic clock, milliseconds.</param>
    public void Begin(long nowMs, long uptimeMs)
    {
        NowMs = nowMs;
        UptimeMs = uptimeMs;
    }

    /// <summary>Begins a batch of turns whose records are appended together.</summary>
    /// <param name="nextOffset">The offset the next record will have.</param>
    /// <param name="maxRecordBytes">The largest record that the log takes.</param>
    public void BeginBatch(long nextOffset, int maxRecordBytes)
    {
        FirstOffset = nextOffset;
        MaxRecordBytes = maxRecordBytes;
    }

    /// <summary>Decides a record and applies it; false, and nothing is changed, when it is larger than the log takes.</summary>
    public bool TryAppend(CoordinatorRecord record)
    {
        if (!Records.TryAdd(record, MaxRecordBytes))
        {
            return false;
        }

        // Applied before it is appended: a decision goes on from the state it made, and an append that fails drops the shard.
        shard.Apply(record, RecordPosition.At(FirstOffset + Records.Count - 1));
        return true;
    }

    /// <summary>Decides a record that is too small to be refused.</summary>
    public void Append(CoordinatorRecord record)
    {
        if (!TryAppend(record))
        {
            throw new InvalidOperationException($"A {record.GetType().Name} is larger than the log's {MaxRecordBytes} bytes.");
        }
    }

    /// <summary>Decides the answer to <paramref name="reply"/>.</summary>
    public void Answer<T>(Reply<T> reply, T response)
        where T : class
    {
        reply.Decide(response);
        _answered.Add(reply);
    }

    /// <summary>Sets or moves a timer.</summary>
    /// <param name="timer">The timer.</param>
    /// <param name="delayMs">Milliseconds from this turn on.</param>
    public void Set(ShardTimer timer, long delayMs) => Timers.Set(timer, UptimeMs + delayMs);

    /// <summary>Takes a timer away.</summary>
    public void Cancel(ShardTimer timer) => Timers.Cancel(timer);

    /// <summary>A new random id in the text form of java.util.UUID, which member ids end with.</summary>
    public string NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>Forgets records and answers, once they are on their way.</summary>
    public void End()
    {
        Records.Clear();
        _answered.Clear();
    }
}
