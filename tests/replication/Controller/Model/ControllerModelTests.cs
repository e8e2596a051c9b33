namespace Compat.Replication.Tests.Controller.Model;

/// <summary>Random courses of events; a seed that fails says so and replays.</summary>
public class ControllerModelTests
{
    private const int Seeds = 60;
    private const int Steps = 250;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void No_course_of_events_breaks_an_invariant(bool hasEligible, bool allowsUnclean)
    {
        int acknowledged = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var world = new ControllerWorld(seed, hasEligible, allowsUnclean);
            for (int step = 0; step < Steps; step++)
            {
                string? problem = world.Step();
                Assert.True(problem is null, $"seed {seed}, step {step}: {problem}\n{world.History}");
            }

            acknowledged += world.AcknowledgedCount;
        }

        // A world in which nothing is ever acknowledged would prove nothing.
        Assert.True(acknowledged > Seeds * 5, $"only {acknowledged} records were acknowledged");
    }
}
