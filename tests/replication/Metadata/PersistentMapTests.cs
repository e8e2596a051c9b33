using Compat.Replication.Metadata;
using CsCheck;

namespace Compat.Replication.Tests.Metadata;

public class PersistentMapTests
{
    [Fact]
    public void A_changed_copy_leaves_the_original_as_it_was()
    {
        PersistentMap<string, int>.Builder builder = PersistentMap<string, int>.Empty.ToBuilder();
        for (int i = 0; i < 1_000; i++)
        {
            builder.Set("key" + i, i);
        }
        PersistentMap<string, int> before = builder.ToImmutable();

        builder = before.ToBuilder();
        builder.Set("key1", -1);
        builder.Remove("key2");
        PersistentMap<string, int> after = builder.ToImmutable();

        Assert.Equal(1, before.GetValueOrDefault("key1"));
        Assert.True(before.ContainsKey("key2"));
        Assert.Equal(-1, after.GetValueOrDefault("key1"));
        Assert.False(after.ContainsKey("key2"));
        Assert.Equal(999, after.Count);
    }

    [Fact]
    public void A_builder_used_on_after_making_a_map_does_not_change_that_map()
    {
        PersistentMap<int, int>.Builder builder = PersistentMap<int, int>.Empty.ToBuilder();
        builder.Set(1, 1);
        PersistentMap<int, int> first = builder.ToImmutable();
        builder.Set(1, 2);
        builder.Set(2, 2);

        Assert.Equal(1, first.GetValueOrDefault(1));
        Assert.Single(first);
        Assert.Equal(2, builder.ToImmutable().Count);
    }

    [Fact]
    public void It_behaves_like_a_dictionary_through_any_changes_in_any_number_of_versions() =>
        Gen.Select(Gen.Int[0, 300], Gen.Bool, Gen.Bool).List[0, 1_500].Sample(steps =>
        {
            var model = new Dictionary<int, int>();
            PersistentMap<int, int> map = PersistentMap<int, int>.Empty;
            PersistentMap<int, int>.Builder builder = map.ToBuilder();
            int value = 0;
            foreach ((int key, bool set, bool snapshot) in steps)
            {
                if (set)
                {
                    model[key] = ++value;
                    builder.Set(key, value);
                }
                else
                {
                    Assert.Equal(model.Remove(key), builder.Remove(key));
                }
                if (snapshot)
                {
                    map = builder.ToImmutable();
                    builder = map.ToBuilder();
                }
            }
            map = builder.ToImmutable();
            Assert.Equal(model.Count, map.Count);
            Assert.Equal(model.OrderBy(e => e.Key), map.OrderBy(e => e.Key));
            Assert.All(model, entry => Assert.Equal(entry.Value, map.GetValueOrDefault(entry.Key)));
        }, iter: 200);

    [Fact]
    public void Reading_allocates_nothing()
    {
        PersistentMap<string, string>.Builder builder = PersistentMap<string, string>.Empty.ToBuilder();
        for (int i = 0; i < 500; i++)
        {
            builder.Set("topic-" + i, "value");
        }
        PersistentMap<string, string> map = builder.ToImmutable();
        int found = Walk(map);
        long before = GC.GetAllocatedBytesForCurrentThread();
        found += Walk(map);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1_002, found);
    }

    private static int Walk(PersistentMap<string, string> map)
    {
        int found = map.TryGetValue("topic-7", out _) ? 1 : 0;
        foreach (KeyValuePair<string, string> _ in map)
        {
            found++;
        }
        return found;
    }
}
