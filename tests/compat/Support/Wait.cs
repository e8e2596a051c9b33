namespace Compat.Clients.Tests.Support;

/// <summary>Waits for a condition. A limit that passes fails the test and says which transition was missing.</summary>
internal static class Wait
{
    /// <summary>Generous, because the machine may be busy; no test is written to take it.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(15);

    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(condition, () => what);

    public static Task UntilAsync(Func<bool> condition, Func<string> what) => UntilAsync(condition, () => Task.FromResult(what()));

    public static Task UntilAsync(Func<bool> condition, Func<Task<string>> what) => UntilAsync(() => Task.FromResult(condition()), what);

    /// <summary>Looks until the condition holds; <paramref name="what"/> is asked for when it did not, to say what was there instead.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, Func<Task<string>> what)
    {
        using PeriodicTimer timer = new(Interval);
        long start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit)
            {
                Assert.Fail($"not within {Limit.TotalSeconds:0} s: {await what()}");
            }

            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asserts that something which must not happen does not, over a time in which it would have.</summary>
    public static async Task NeverAsync(Func<bool> condition, TimeSpan during, string what)
    {
        using PeriodicTimer timer = new(Interval);
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < during)
        {
            Assert.False(condition(), what);
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
