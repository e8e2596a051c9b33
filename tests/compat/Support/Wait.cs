namespace Compat.Clients.Tests.Support;

/// <summary>Waits for a condition. A limit that passes fails the test and says which transition was missing.</summary>
internal static class Wait
{
    /// <summary>Generous, because the machine may be busy; no test is written to take it.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(15);

    public static Task UntilAsync(Func<bool> condition, string what) => UntilAsync(condition, () => what);

    public static async Task UntilAsync(Func<bool> condition, Func<string> what, TimeSpan? limit = null)
    {
        TimeSpan most = limit ?? Limit;
        using PeriodicTimer timer = new(Interval);
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > most)
            {
                Assert.Fail($"not within {most.TotalSeconds:0} s: {what()}");
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
