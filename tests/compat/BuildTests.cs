namespace Compat.Tests.Placeholder;

public class BuildTests
{
    [Fact]
    public void The_project_builds() => Assert.NotNull(typeof(BuildTests).Assembly.Location);
}
