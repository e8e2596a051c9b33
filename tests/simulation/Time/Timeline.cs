namespace Compat.Simulation.Time;

/// <summary>
/// The order of everything in a simulation. Time passes only from one occurrence to the next, and the next one happens
/// only when the thread pool has nothing left to do, so that a run is the same whenever it is repeated.
/// </summary>
internal sealed class Timeline
{
    // Virtual milliseconds stand still only while something turns in a circle.
    private const int MostOccurrencesAnInstant = 200_000;
    private const int MostTurnsOfThePool = 5_000_000;

    private readonly PriorityQueue<Occurrence, (long Due, long Order)> _waiting = new();
    private long _order;
    private int _occurrencesNow;

    /// <summary>When every simulation begins.</summary>
    public static DateTimeOffset Beginning { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);

    /// <summary>What has passed since the beginning, in ticks of 100 ns.</summary>
    public long Now { get; private set; }

    /// <summary>What has passed since the beginning.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Now);

    /// <summary>How many occurrences there were.</summary>
    public long Count { get; private set; }

    /// <summary>A number that differs when two runs differ in anything that happened, or in when it did.</summary>
    public ulong Digest { get; private set; } = 14695981039346656037;

    /// <summary>Has an action happen after a delay, by the time of a node; null for nobody's.</summary>
    public Occurrence After(TimeSpan delay, NodeClock? owner, Action action) => At(Now + Math.Max(0, delay.Ticks), owner, action);

    /// <summary>Has an action happen at a time, or now if that has passed.</summary>
    public Occurrence At(long due, NodeClock? owner, Action action)
    {
        var occurrence = new Occurrence(owner, action);
        Put(occurrence, due);
        return occurrence;
    }

    /// <summary>Puts back what could not happen when it was due.</summary>
    public void Put(Occurrence occurrence, long due) => _waiting.Enqueue(occurrence, (Math.Max(Now, due), _order++));

    /// <summary>Adds something that happened to <see cref="Digest"/>.</summary>
    public void Note(long what) => Digest = (Digest ^ unchecked((ulong)what)) * 1099511628211;

    /// <summary>
    /// Lets the next occurrence happen, and all that the thread pool makes of it; false if there is none. Called on the one
    /// thread of the pool.
    /// </summary>
    /// <exception cref="SimulationException">Something turns in a circle without time passing.</exception>
    public async Task<bool> StepAsync()
    {
        if (!_waiting.TryDequeue(out Occurrence? next, out (long Due, long Order) place))
        {
            return false;
        }

        _occurrencesNow = place.Due == Now ? _occurrencesNow + 1 : 0;
        if (_occurrencesNow > MostOccurrencesAnInstant)
        {
            throw new SimulationException($"time stands still: {next}");
        }

        Now = place.Due;
        if (next.TryHappen())
        {
            Count++;
            Note(place.Due);
            await DrainAsync();
        }

        return true;
    }

    private static async Task DrainAsync()
    {
        int turns = 0;
        do
        {
            await Task.Yield();
            if (++turns > MostTurnsOfThePool)
            {
                throw new SimulationException("the thread pool never rests");
            }
        }
        while (ThreadPool.PendingWorkItemCount > 0);
    }
}

/// <summary>The simulation cannot go on, or found something wrong.</summary>
internal sealed class SimulationException(string message) : Exception(message);
