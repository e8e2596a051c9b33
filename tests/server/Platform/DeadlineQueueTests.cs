using Compat.Server.Platform;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Compat.Server.Tests.Platform;

public class DeadlineQueueTests
{
    [Fact]
    public void Deadlines_pass_in_the_order_of_time_and_not_before()
    {
        var time = new FakeTimeProvider();
        using var queue = new DeadlineQueue(time);
        var passed = new List<int>();
        foreach (int ms in (int[])[300, 100, 200])
        {
            queue.Schedule(new Recorder(passed, ms), TimeSpan.FromMilliseconds(ms));
        }

        time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Empty(passed);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([100], passed);
        time.Advance(TimeSpan.FromMilliseconds(1000));
        Assert.Equal([100, 200, 300], passed);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void A_cancelled_deadline_does_not_pass()
    {
        var time = new FakeTimeProvider();
        using var queue = new DeadlineQueue(time);
        var passed = new List<int>();
        var cancelled = new Recorder(passed, 1);
        queue.Schedule(cancelled, TimeSpan.FromMilliseconds(10));

        Assert.True(queue.Cancel(cancelled));
        Assert.False(queue.Cancel(cancelled));
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Empty(passed);
    }

    [Fact]
    public void A_deadline_may_schedule_the_next_when_it_passes()
    {
        var time = new FakeTimeProvider();
        using var queue = new DeadlineQueue(time);
        var passed = new List<int>();
        queue.Schedule(new Recorder(passed, 1) { Then = () => queue.Schedule(new Recorder(passed, 2), TimeSpan.FromMilliseconds(10)) }, TimeSpan.FromMilliseconds(10));

        time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal([1], passed);
        time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal([1, 2], passed);
    }

    [Fact]
    public void Whatever_is_scheduled_and_cancelled_the_rest_passes_in_order() =>
        Gen.Select(Gen.Int[1, 1000], Gen.Bool).List[0, 200].Sample(plan =>
        {
            var time = new FakeTimeProvider();
            using var queue = new DeadlineQueue(time);
            var passed = new List<int>();
            var deadlines = plan.Select(each => (Deadline: new Recorder(passed, each.Item1), Ms: each.Item1, IsCancelled: each.Item2)).ToList();
            foreach ((Recorder deadline, int ms, _) in deadlines)
            {
                queue.Schedule(deadline, TimeSpan.FromMilliseconds(ms));
            }

            foreach ((Recorder deadline, _, bool isCancelled) in deadlines)
            {
                if (isCancelled)
                {
                    queue.Cancel(deadline);
                }
            }

            time.Advance(TimeSpan.FromMilliseconds(1001));
            return passed.SequenceEqual(deadlines.Where(each => !each.IsCancelled).Select(each => each.Ms).Order());
        });

    private sealed class Recorder : Deadline
    {
        private readonly List<int> _passed;
        private readonly int _ms;

        public Recorder(List<int> passed, int ms)
        {
            _passed = passed;
            _ms = ms;
        }

        public Action? Then { get; init; }

        internal override void Pass()
        {
            _passed.Add(_ms);
            Then?.Invoke();
        }
    }
}
