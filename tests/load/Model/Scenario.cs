namespace Compat.Load.Model;

/// <summary>
/// Something a user does with a broker, measured. A scenario is prepared once, run by as many copies as the load
/// simulation says, and cleaned up once.
/// </summary>
internal abstract class Scenario
{
    private readonly List<Step> _steps = [];

    /// <summary>The word on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>One line for the help text.</summary>
    public abstract string Summary { get; }

    /// <summary>True when the work has an end of its own: it is not warmed up, not cut short, and its whole time counts.</summary>
    public virtual bool EndsByItself => false;

    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>Figures that are no rate and no latency, such as bytes a connection.</summary>
    public SortedDictionary<string, double> Figures { get; } = new(StringComparer.Ordinal);

    /// <summary>Creates topics and whatever else must stand before the first copy runs.</summary>
    public virtual Task PrepareAsync(LoadContext context) => Task.CompletedTask;

    /// <summary>One copy's work: it returns when <see cref="LoadContext.Stop"/> is signalled or its work is done.</summary>
    public abstract Task RunAsync(LoadContext context, int copy);

    /// <summary>Removes what <see cref="PrepareAsync"/> made.</summary>
    public virtual Task CleanAsync(LoadContext context) => Task.CompletedTask;

    protected Step AddStep(string name)
    {
        var step = new Step(name);
        _steps.Add(step);
        return step;
    }
}
