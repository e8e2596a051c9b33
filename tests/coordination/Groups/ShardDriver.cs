using Compat.Coordination.Groups;
using Compat.Coordination.Groups.Classic;
using Compat.Coordination.Groups.Records;
using Compat.Coordination.Runtime;
using Compat.Coordination.Tests.Runtime;
using Compat.Wire.Messages;

namespace Compat.Coordination.Tests.Groups;

/// <summary>A shard in the test's hands: turns, time and log, without threads. What is decided is kept as bytes, and a restart reads them.</summary>
internal sealed class ShardDriver
{
    private readonly int _seed;
    private readonly TimerTurn<GroupShard> _timers = new();
    private int _restarts;

    public ShardDriver(GroupCoordinatorConfig? config = null, int seed = 1)
    {
        Config = config ?? new GroupCoordinatorConfig();
        _seed = seed;
        Shard = new GroupShard(new GroupEnvironment(Config, Metrics, Logger));
        Turn = new Turn(Shard, new Random(seed));
        Run(turn => Shard.Owed(turn));
    }

    public GroupCoordinatorConfig Config { get; set; }

    public GroupCoordinatorMetrics Metrics { get; } = new();

    public ListLogger Logger { get; } = new();

    public GroupShard Shard { get; private set; }

    public Turn Turn { get; private set; }

    /// <summary>The wall clock; it moves with the monotonic one unless a test moves it.</summary>
    public long NowMs { get; set; } = 1_700_000_000_000;

    public long UptimeMs { get; private set; }

    public int MaxRecordBytes { get; set; } = 1 << 20;

    public List<(byte[] Key, byte[]? Value)> Log { get; } = [];

    /// <summary>What the last turn decided.</summary>
    public IReadOnlyList<CoordinatorRecord> Records { get; private set; } = [];

    public ClassicGroup Group(string groupId = "g") => (ClassicGroup)Shard.Groups[groupId];

    public TReply Decide<TRequest, TReply>(Decision<GroupShard, TRequest, TReply> decision, TRequest request)
        where TReply : class
    {
        TReply? reply = null;
        Run(turn => reply = decision.Decide(Shard, request, turn));
        return reply!;
    }

    public Reply<TReply> Ask<TRequest, TReply>(WaitingDecision<GroupShard, TRequest, TReply> decision, TRequest request)
        where TReply : class
    {
        var asked = new QueuedWaitingDecision<GroupShard, TRequest, TReply>(decision, request);
        Run(turn => asked.Decide(Shard, turn));
        return asked;
    }

    /// <summary>Lets time pass; every timer rings at its own time, in a turn of its own.</summary>
    public void Advance(long milliseconds)
    {
        long end = UptimeMs + milliseconds;
        var records = new List<CoordinatorRecord>();
        while (Turn.Timers.NextDueMs <= end)
        {
            MoveTo(Math.Max(UptimeMs, Turn.Timers.NextDueMs));
            Run(turn => _timers.Decide(Shard, turn));
            records.AddRange(Records);
        }

        MoveTo(end);
        Records = records;
    }

    /// <summary>Another broker takes over: all it has is the log.</summary>
    public void Restart(GroupCoordinatorConfig? config = null)
    {
        Config = config ?? Config;
        Shard = new GroupShard(new GroupEnvironment(Config, Metrics, Logger));
        for (int offset = 0; offset < Log.Count; offset++)
        {
            (byte[] key, byte[]? value) = Log[offset];
            ReadOnlyMemory<byte>? memory = value is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(value);
            if (Shard.Read(key, memory) is { } record)
            {
                Shard.Apply(record, RecordPosition.At(offset));
            }
        }

        Turn = new Turn(Shard, new Random(_seed + (++_restarts * 1000)));
        Run(turn => Shard.Owed(turn));
    }

    /// <summary>Puts a record of somebody else's into the log, for the next restart.</summary>
    public void Write(CoordinatorRecord record)
    {
        var records = new TurnRecords();
        Assert.True(records.TryAdd(record, int.MaxValue));
        Log.Add((records.Key(0).ToArray(), records.Value(0)?.ToArray()));
    }

    public OffsetCommitValue? CommittedInLog(string groupId, string topic, int partition)
    {
        OffsetCommitValue? last = null;
        foreach ((byte[] key, byte[]? value) in Log)
        {
            ReadOnlyMemory<byte>? memory = value is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(value);
            if (GroupRecords.Read(key, memory) is OffsetCommitRecord commit &&
                (commit.Key.Group, commit.Key.Topic, commit.Key.Partition) == (groupId, topic, partition))
            {
                last = commit.Value;
            }
        }

        return last;
    }

    private void MoveTo(long uptimeMs)
    {
        NowMs += uptimeMs - UptimeMs;
        UptimeMs = uptimeMs;
    }

    private void Run(Action<Turn> decide)
    {
        Turn.BeginBatch(Log.Count, MaxRecordBytes);
        Turn.Begin(NowMs, UptimeMs);
        decide(Turn);
        Records = [.. Turn.Records.Decided];
        for (int index = 0; index < Turn.Records.Count; index++)
        {
            Log.Add((Turn.Records.Key(index).ToArray(), Turn.Records.Value(index)?.ToArray()));
        }

        Turn.End();
    }
}
