using System.Text;
using Compat.Log.Cleaning;
using CsCheck;

namespace Compat.Log.Tests.Cleaning;

public class OffsetMapTests
{
    [Fact]
    public void The_latest_offset_of_a_key_counts()
    {
        OffsetMap map = Map(10);
        Assert.True(map.TryPut("a"u8, 0));
        Assert.True(map.TryPut("b"u8, 1));
        Assert.True(map.TryPut("a"u8, 7));

        Assert.Equal((7, 1, -1, 2), (map.OffsetOf("a"u8), map.OffsetOf("b"u8), map.OffsetOf("c"u8), map.Count));
    }

    [Fact]
    public void An_empty_key_is_a_key()
    {
        OffsetMap map = Map(10);
        Assert.Equal(-1, map.OffsetOf(""u8));

        map.TryPut(""u8, 3);

        Assert.Equal(3, map.OffsetOf(""u8));
    }

    [Fact]
    public void A_full_map_takes_no_new_key_and_goes_on_with_those_it_has()
    {
        OffsetMap map = new(memoryBytes: 10 * OffsetMap.BytesPerEntry, loadFactor: 0.5, mostKeys: 1000, seed: 1);
        Assert.Equal(5, map.Capacity);
        for (int key = 0; key < 5; key++)
        {
            Assert.True(map.TryPut([(byte)key], key));
        }

        Assert.False(map.TryPut([99], 100));
        Assert.True(map.TryPut([0], 101));

        Assert.Equal((5, 101, -1, 0.5), (map.Count, map.OffsetOf([0]), map.OffsetOf([99]), map.Utilization));
    }

    [Theory]
    [InlineData(1, 0.9, 1)]
    [InlineData(24, 1.0, 1)]
    [InlineData(48, 0.0, 1)]
    [InlineData(24 * 1000, 0.9, 900)]
    [InlineData(24 * 1000, 5.0, 999)]
    public void However_little_memory_there_is_one_key_fits(long memoryBytes, double loadFactor, int capacity)
    {
        OffsetMap map = new(memoryBytes, loadFactor, mostKeys: long.MaxValue, seed: 1);

        Assert.Equal(capacity, map.Capacity);
        Assert.True(map.TryPut("a"u8, 0));
    }

    [Fact]
    public void It_takes_no_more_memory_than_the_keys_can_need()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        OffsetMap map = new(memoryBytes: 1L << 30, loadFactor: 0.9, mostKeys: 100, seed: 1);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
        Assert.InRange(map.Capacity, 100, 102);
    }

    [Fact]
    public void Any_keys_are_found_at_any_load() => Check.Sample(
        Gen.Select(Gen.Int[1, 300].Array[1, 400], Gen.Int[1, 200], Gen.Double[0.01, 1.0], Gen.Long),
        (keys, slots, loadFactor, seed) =>
        {
            OffsetMap map = new(slots * (long)OffsetMap.BytesPerEntry, loadFactor, long.MaxValue, seed);
            Dictionary<int, long> model = [];
            for (int offset = 0; offset < keys.Length; offset++)
            {
                bool fits = model.ContainsKey(keys[offset]) || model.Count < map.Capacity;
                Assert.Equal(fits, map.TryPut(Bytes(keys[offset]), offset));
                if (fits)
                {
                    model[keys[offset]] = offset;
                }
            }

            Assert.Equal(model.Count, map.Count);
            Assert.All(Enumerable.Range(1, 300), key => Assert.Equal(model.GetValueOrDefault(key, -1), map.OffsetOf(Bytes(key))));
        });

    private static OffsetMap Map(long mostKeys) => new(1 << 20, 0.9, mostKeys, seed: 1);

    private static byte[] Bytes(int key) => Encoding.UTF8.GetBytes($"key {key}");
}
