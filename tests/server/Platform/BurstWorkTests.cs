using Compat.Server.Platform;

namespace Compat.Server.Tests.Platform;

public class BurstWorkTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_small_burst_s_thread_does_the_first_piece_itself_after_the_burst_and_the_pool_the_rest()
    {
        var owed = new BurstWork();
        var first = new Piece();
        var second = new Piece();
        (bool during, Thread? firstBy, Thread own) = await OnThreadOfItsOwnAsync(() =>
        {
            owed.Begin();
            owed.Add(first);
            owed.Add(second);
            bool isDone = first.Done.IsCompleted || second.Done.IsCompleted;
            owed.End(BurstWork.SmallBytes);
            return (isDone, first.Done.IsCompleted ? first.Done.Result : null, Thread.CurrentThread);
        });

        Assert.False(during);
        Assert.Same(own, firstBy);
        Assert.NotSame(own, await second.Done.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_large_burst_leaves_everything_to_the_pool()
    {
        var owed = new BurstWork();
        var piece = new Piece();
        Thread own = await OnThreadOfItsOwnAsync(() =>
        {
            owed.Begin();
            owed.Add(piece);
            owed.End(BurstWork.SmallBytes + 1);
            return Thread.CurrentThread;
        });

        Assert.NotSame(own, await piece.Done.WaitAsync(Patience));
    }

    [Fact]
    public async Task Outside_of_a_burst_the_pool_begins_at_once()
    {
        var owed = new BurstWork();
        var piece = new Piece();
        owed.Add(piece);

        await piece.Done.WaitAsync(Patience);
    }

    private static Task<T> OnThreadOfItsOwnAsync<T>(Func<T> work) => Task.Factory.StartNew(work, TaskCreationOptions.LongRunning);

    private sealed class Piece : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource<Thread> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Thread> Done => _done.Task;

        public void Execute() => _done.SetResult(Thread.CurrentThread);
    }
}
