using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Tests;

public class VersionRangeTests
{
    [Theory]
    [InlineData("3", 3, 3)]
    [InlineData("1-4", 1, 4)]
    [InlineData("2+", 2, VersionRange.Open)]
    [InlineData("none", 0, -1)]
    public void A_range_is_read_and_written_in_one_notation(string text, int low, int high)
    {
        Assert.True(VersionRange.TryParse(text, out VersionRange range) || text == "none");
        Assert.Equal(new VersionRange(low, high), range);
        Assert.Equal(text, range.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("-1")]
    [InlineData("4-1")]
    [InlineData("1-")]
    [InlineData("1.5")]
    [InlineData("99999")]
    public void Anything_else_is_no_range(string text) => Assert.False(VersionRange.TryParse(text, out _));

    [Fact]
    public void Ranges_meet_where_they_overlap()
    {
        Assert.Equal(new VersionRange(2, 3), new VersionRange(0, 3).And(new VersionRange(2, 9)));
        Assert.True(new VersionRange(0, 1).And(new VersionRange(2, 9)).IsEmpty);
        Assert.True(VersionRange.All.Contains(new VersionRange(3, 5)));
        Assert.False(new VersionRange(3, 5).Contains(VersionRange.All));
        Assert.True(new VersionRange(3, 5).Contains(VersionRange.None));
    }
}
