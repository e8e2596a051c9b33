namespace Compat.Load.Model;

/// <summary>How a scenario is loaded: how many copies, at what pace, for how long.</summary>
/// <param name="Copies">Copies that run side by side, each with a client of its own.</param>
/// <param name="RatePerSecond">Operations a second over all copies (NBomber's inject); 0 is an open loop (keep constant).</param>
/// <param name="WarmUp">Time before anything counts.</param>
/// <param name="During">Time that counts.</param>
internal sealed record LoadSimulation(int Copies, double RatePerSecond, TimeSpan WarmUp, TimeSpan During)
{
    public static LoadSimulation KeepConstant(int copies, TimeSpan warmUp, TimeSpan during) => new(copies, 0, warmUp, during);

    public static LoadSimulation Inject(int copies, double ratePerSecond, TimeSpan warmUp, TimeSpan during)
        => new(copies, ratePerSecond, warmUp, during);
}
