using Compat.Coordination.Runtime;
using Compat.Wire;

namespace Compat.Coordination.Tests.Runtime;

/// <summary>The simplest shard there can be: it counts, and lets callers wait for a number.</summary>
internal sealed class CounterShard : ICoordinatorShard
{
    public static readonly Decision<CounterShard, int, Answer> Add = new(
        "add",
        (shard, amount, turn) =>
        {
            turn.Append(new CounterRecord(amount));
            shard.AnswerWaiting(turn);
            return new Answer(shard.Value, ErrorCode.None);
        },
        (_, error) => new Answer(-1, error));

    public static readonly Decision<CounterShard, object?, Answer> Get = new(
        "get", (shard, _, _) => new Answer(shard.Value, ErrorCode.None), (_, error) => new Answer(-1, error));

    public static readonly Decision<CounterShard, object?, Answer> Throw = new(
        "throw", (_, _, _) => throw new InvalidOperationException("a bug"), (_, error) => new Answer(-1, error));

    public static readonly Decision<CounterShard, (int Amount, int Padding), Answer> TryAdd = new(
        "try-add",
        (shard, request, turn) => new Answer(
            shard.Value, turn.TryAppend(new CounterRecord(request.Amount, request.Padding)) ? ErrorCode.None : ErrorCode.RecordListTooLarge),
        (_, error) => new Answer(-1, error));

    public static readonly Decision<CounterShard, (int Amount, long DelayMs), Answer> AddLater = new(
        "add-later",
        (shard, request, turn) =>
        {
            turn.Set(new AddTimer(request.Amount), request.DelayMs);
            return new Answer(shard.Value, ErrorCode.None);
        },
        (_, error) => new Answer(-1, error));

    public static readonly WaitingDecision<CounterShard, int, Answer> Await = new(
        "await",
        (shard, value, reply, turn) =>
        {
            shard._waiting.Add((value, reply));
            shard.AnswerWaiting(turn);
        },
        (_, error) => new Answer(-1, error));

    private readonly List<(int Value, Reply<Answer> Reply)> _waiting = [];
    private int _running;

    public int Value { get; private set; }

    public List<RecordPosition> Positions { get; } = [];

    public List<(long ProducerId, bool Committed)> Ended { get; } = [];

    public bool WasOwed { get; private set; }

    public CoordinatorRecord? Read(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value)
    {
        var reader = new WireReader(key);
        return reader.ReadInt16() == CounterRecord.Kind ? new CounterRecord(reader.ReadInt32()) : null;
    }

    public void Apply(CoordinatorRecord record, RecordPosition position)
    {
        Assert.Equal(1, Interlocked.Increment(ref _running));
        Value += ((CounterRecord)record).Amount;
        Positions.Add(position);
        Interlocked.Decrement(ref _running);
    }

    public void ApplyTransactionEnd(long producerId, bool committed) => Ended.Add((producerId, committed));

    public void Owed(Turn turn) => WasOwed = true;

    public IEnumerable<Reply> Waiting() => _waiting.Select(waiting => waiting.Reply);

    private void AnswerWaiting(Turn turn)
    {
        foreach ((int value, Reply<Answer> reply) in _waiting.Where(waiting => waiting.Value <= Value).ToArray())
        {
            _waiting.Remove((value, reply));
            turn.Answer(reply, new Answer(Value, ErrorCode.None));
        }
    }

    internal sealed record Answer(int Value, ErrorCode Error);

    private sealed class AddTimer(int amount) : ShardTimer
    {
        public override void Ring(Turn turn) => turn.Append(new CounterRecord(amount));
    }
}

internal sealed class CounterRecord(int amount, int padding = 0) : CoordinatorRecord
{
    public const short Kind = 7;

    public int Amount => amount;

    public override bool IsTombstone => padding == 0;

    public override void WriteKey(ref WireWriter writer)
    {
        writer.WriteInt16(Kind);
        writer.WriteInt32(amount);
    }

    public override void WriteValue(ref WireWriter writer) => writer.WriteRaw(new byte[padding]);
}
