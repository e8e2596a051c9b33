namespace Compat.Replication.Tests.Quorum;

/// <summary>Waits for conditions, never for time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task True(Func<bool> condition, string what)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, $"Waited in vain: {what}");
            await Task.Yield();
        }
    }
}
