using Xunit.Sdk;

namespace Compat.Coordination.Tests.Groups.Model;

/// <summary>Many members, many accidents, a few truths. A failure names its seed, and the seed makes it happen again.</summary>
public class GroupModelTests
{
    private const int Seeds = 200;
    private const int Steps = 600;

    [Fact]
    public void Eager_groups_hold_through_joins_leaves_crashes_and_restarts() => RunAll(isCooperative: false);

    [Fact]
    public void Cooperative_groups_hold_through_joins_leaves_crashes_and_restarts() => RunAll(isCooperative: true);

    [Fact]
    public void The_checks_can_fail()
    {
        var owners = new OneOwnerAPartition();
        owners.Assigned(1, "a", [0, 1]);
        owners.Assigned(2, "b", [1]);
        Assert.ThrowsAny<XunitException>(() => owners.Assigned(1, "b", [1]));

        var offsets = new OffsetsGoForward();
        offsets.Committed(0, 5);
        offsets.Committed(0, 5);
        Assert.ThrowsAny<XunitException>(() => offsets.Committed(0, 4));
        Assert.ThrowsAny<XunitException>(() => offsets.Fetched(0, 4));
    }

    private static void RunAll(bool isCooperative)
    {
        int generations = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var model = new GroupModel(seed, isCooperative);
            try
            {
                model.Run(Steps);
                model.Settle();
            }
            catch (XunitException failure)
            {
                Assert.Fail($"Seed {seed}: {failure.Message}\n{model.History}");
            }

            generations += model.Generations;
        }

        // Nothing was tested if nothing happened.
        Assert.True(generations > Seeds * 5, $"Only {generations} generations in {Seeds} runs.");
    }
}
