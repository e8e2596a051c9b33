using Compat.Log.Flushing;

namespace Compat.Log.Tests;

public class FlushThreadsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_device_that_hangs_holds_up_no_other_directory()
    {
        using FlushThreads threads = new();
        using ManualResetEventSlim release = new();
        using CountdownEvent hanging = new(FlushThreads.ThreadsPerDirectory);
        using CountdownEvent ended = new(FlushThreads.ThreadsPerDirectory + 1);
        using ManualResetEventSlim other = new();
        for (int index = 0; index < FlushThreads.ThreadsPerDirectory + 1; index++)
        {
            threads.Schedule("/slow", () =>
            {
                if (!hanging.IsSet)
                {
                    hanging.Signal();
                }

                release.Wait();
                ended.Signal();
            });
        }

        Assert.True(hanging.Wait(Patience));
        threads.Schedule("/fast", other.Set);
        Assert.True(other.Wait(Patience));
        release.Set();
        Assert.True(ended.Wait(Patience));
    }

    [Fact]
    public void Everything_scheduled_is_carried_out_once()
    {
        using FlushThreads threads = new();
        using CountdownEvent done = new(10_000);
        Parallel.For(0, 10_000, index => threads.Schedule(index % 2 == 0 ? "/a" : "/b", () => done.Signal()));

        Assert.True(done.Wait(Patience));
    }
}
