using Microsoft.Extensions.Time.Testing;

namespace Compat.Replication.Tests.Partitions.Simulation;

/// <summary>What is to happen, by virtual time; and the network, which is where things go wrong.</summary>
internal sealed class EventQueue(Random random)
{
    /// <summary>The address of the controller; brokers have their ids.</summary>
    public const int Controller = 0;

    private readonly PriorityQueue<Action, (long TimeMs, long Number)> _events = new();
    private readonly HashSet<(int From, int To)> _cuts = [];
    private readonly Queue<string> _trace = new();
    private long _number;

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));

    public long NowMs { get; private set; }

    /// <summary>Whether messages are lost, late and doubled.</summary>
    public bool IsFaulty { get; set; } = true;

    public IEnumerable<string> Trace => _trace;

    public void After(int delayMs, Action action) => _events.Enqueue(action, (NowMs + delayMs, _number++));

    /// <summary>Sends a message; it arrives once, later, never or twice.</summary>
    public void Send(int from, int to, Action arrive)
    {
        if (_cuts.Contains((from, to)) || (IsFaulty && random.Next(100) < 3))
        {
            return;
        }
        After(Delay(), arrive);
        if (IsFaulty && random.Next(100) < 3)
        {
            After(Delay() + random.Next(200), arrive);
        }
    }

    public void Cut(int from, int to) => _cuts.Add((from, to));

    public bool IsCut(int from, int to) => _cuts.Contains((from, to));

    public void Heal() => _cuts.Clear();

    public void Note(string line)
    {
        _trace.Enqueue($"{NowMs} {line}");
        if (_trace.Count > 400)
        {
            _trace.Dequeue();
        }
    }

    /// <summary>Carries out the next event; false if it lies after a time.</summary>
    public bool Step(long untilMs)
    {
        if (!_events.TryPeek(out _, out var at) || at.TimeMs > untilMs)
        {
            return false;
        }
        Action action = _events.Dequeue();
        if (at.TimeMs > NowMs)
        {
            Time.Advance(TimeSpan.FromMilliseconds(at.TimeMs - NowMs));
            NowMs = at.TimeMs;
        }
        action();
        return true;
    }

    private int Delay() => IsFaulty && random.Next(20) == 0 ? random.Next(5, 120) : random.Next(1, 6);
}
