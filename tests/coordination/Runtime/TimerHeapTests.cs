using Compat.Coordination.Runtime;
using CsCheck;

namespace Compat.Coordination.Tests.Runtime;

public class TimerHeapTests
{
    [Fact]
    public void Timers_ring_in_the_order_of_their_times_and_then_of_their_setting()
    {
        var heap = new TimerHeap();
        var timers = Enumerable.Range(0, 4).Select(_ => new SilentTimer()).ToArray();
        heap.Set(timers[0], 30);
        heap.Set(timers[1], 10);
        heap.Set(timers[2], 20);
        heap.Set(timers[3], 10);

        Assert.Equal(10, heap.NextDueMs);
        Assert.Equal([timers[1], timers[3], timers[2]], TakeAll(heap, 29));
        Assert.False(heap.TryTakeDue(29, out _));
        Assert.True(timers[0].IsSet);
    }

    [Fact]
    public void A_timer_that_is_moved_rings_once_at_its_new_time()
    {
        var heap = new TimerHeap();
        var timer = new SilentTimer();
        heap.Set(timer, 10);
        heap.Set(timer, 50);

        Assert.Empty(TakeAll(heap, 49));
        Assert.Equal([timer], TakeAll(heap, 50));
        Assert.Empty(TakeAll(heap, 100));
    }

    [Fact]
    public void The_heap_agrees_with_a_sorted_list_whatever_is_set_moved_and_taken_away() =>
        Gen.Select(Gen.Int[0, 19], Gen.Int[0, 2], Gen.Int[0, 50]).List[0, 200].Sample(steps =>
        {
            var heap = new TimerHeap();
            var timers = Enumerable.Range(0, 20).Select(_ => new SilentTimer()).ToArray();
            var model = new List<(long Due, int Order, ShardTimer Timer)>();
            int order = 0;
            foreach ((int which, int what, int due) in steps)
            {
                model.RemoveAll(entry => what < 2 && ReferenceEquals(entry.Timer, timers[which]));
                switch (what)
                {
                    case 0:
                        heap.Set(timers[which], due);
                        model.Add((due, order++, timers[which]));
                        break;
                    case 1:
                        heap.Cancel(timers[which]);
                        break;
                    default:
                        var expected = model.Where(entry => entry.Due <= due).OrderBy(entry => entry.Due).ThenBy(entry => entry.Order);
                        Assert.Equal(expected.Select(entry => entry.Timer), TakeAll(heap, due));
                        model.RemoveAll(entry => entry.Due <= due);
                        break;
                }

                Assert.Equal(model.Count, heap.Count);
                Assert.Equal(model.Count == 0 ? long.MaxValue : model.Min(entry => entry.Due), heap.NextDueMs);
            }
        });

    private static List<ShardTimer> TakeAll(TimerHeap heap, long nowMs)
    {
        var taken = new List<ShardTimer>();
        while (heap.TryTakeDue(nowMs, out ShardTimer? timer))
        {
            taken.Add(timer);
        }

        return taken;
    }

    private sealed class SilentTimer : ShardTimer
    {
        public override void Ring(Turn turn)
        {
        }
    }
}
