using Compat.Replication.Controller;

namespace Compat.Replication.Tests.Controller;

public class ProducerIdManagerTests
{
    [Fact]
    public async Task Ids_are_handed_out_in_order_and_the_next_block_is_asked_for_early()
    {
        int blocks = 0;
        var manager = new ProducerIdManager(_ => ValueTask.FromResult<ProducerIdBlock?>(
            new ProducerIdBlock(1000 * (Interlocked.Increment(ref blocks) - 1), 1000)));
        for (long expected = 0; expected < 2500; expected++)
        {
            Assert.Equal(expected, await manager.GenerateAsync());
        }
        Assert.InRange(blocks, 3, 4);
    }

    [Fact]
    public async Task No_id_is_given_twice_to_concurrent_callers()
    {
        int blocks = 0;
        var manager = new ProducerIdManager(async _ =>
        {
            await Task.Yield();
            return new ProducerIdBlock(1000 * (Interlocked.Increment(ref blocks) - 1), 1000);
        });
        long?[][] ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var mine = new long?[500];
            for (int i = 0; i < mine.Length; i++)
            {
                mine[i] = await manager.GenerateAsync();
            }
            return mine;
        })));
        Assert.Equal(4000, ids.SelectMany(mine => mine).Distinct().Count());
        Assert.DoesNotContain(null, ids.SelectMany(mine => mine));
    }

    [Fact]
    public async Task Without_a_block_there_is_no_id_until_the_controller_gives_one()
    {
        ProducerIdBlock? block = null;
        var manager = new ProducerIdManager(_ => ValueTask.FromResult(block));
        Assert.Null(await manager.GenerateAsync());
        block = new ProducerIdBlock(5000, 1000);
        Assert.Equal(5000, await manager.GenerateAsync());
    }
}
