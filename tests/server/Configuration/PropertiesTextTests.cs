using Compat.Log.Configuration;
using Compat.Server.Configuration.Sources;

namespace Compat.Server.Tests.Configuration;

public class PropertiesTextTests
{
    [Theory]
    [InlineData("a=b", "a", "b")]
    [InlineData("a:b", "a", "b")]
    [InlineData("a b", "a", "b")]
    [InlineData("a\tb", "a", "b")]
    [InlineData("  a  =  b c ", "a", "b c ")]
    [InlineData("a : = b", "a", "= b")]
    [InlineData("a", "a", "")]
    [InlineData("a=", "a", "")]
    [InlineData("a=b=c", "a", "b=c")]
    [InlineData("listeners=PLAINTEXT://:9092,X://[::1]:1", "listeners", "PLAINTEXT://:9092,X://[::1]:1")]
    [InlineData(@"a\ b=c", "a b", "c")]
    [InlineData(@"a\=b=c", "a=b", "c")]
    [InlineData(@"a=b\\", "a", @"b\")]
    [InlineData(@"a=C:\\data\\x", "a", @"C:\data\x")]
    [InlineData(@"a=\t\n\r\f\z", "a", "\t\n\r\fz")]
    [InlineData(@"a=\u00e9\u4E2D", "a", "\u00e9\u4E2D")]
    [InlineData("a=b # not a comment", "a", "b # not a comment")]
    public void A_line_is_read_as_Java_reads_it(string line, string name, string value)
    {
        ConfigAssignment assignment = Assert.Single(PropertiesText.Parse(line, "f"));
        Assert.Equal((name, value), (assignment.Name, assignment.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n \t\n")]
    [InlineData("# a=b")]
    [InlineData("  ! a=b")]
    [InlineData("# a=b \\")]
    public void Comments_and_blank_lines_say_nothing(string text) => Assert.Empty(PropertiesText.Parse(text, "f"));

    [Fact]
    public void A_backslash_at_the_end_continues_the_line_and_drops_the_next_one_s_indentation()
    {
        ConfigAssignment assignment = Assert.Single(PropertiesText.Parse("a = x,\\\r\n    y,\\\r\n\t# z", "f"));
        Assert.Equal("x,y,# z", assignment.Value);
    }

    [Fact]
    public void An_escaped_backslash_at_the_end_does_not_continue_the_line() =>
        Assert.Equal([@"x\", "y"], PropertiesText.Parse("a=x\\\\\nb=y", "f").Select(assignment => assignment.Value));

    [Fact]
    public void A_comment_is_not_continued() =>
        Assert.Equal("b", Assert.Single(PropertiesText.Parse("# x \\\nb=y", "f")).Name);

    [Fact]
    public void Assignments_know_the_line_they_begin_on() =>
        Assert.Equal(["line 2 of f", "line 4 of f"], PropertiesText.Parse("#\na=1,\\\n2\nb=3", "f").Select(assignment => assignment.Origin));

    [Theory]
    [InlineData(@"a=\u12")]
    [InlineData(@"a=\uzzzz")]
    public void A_malformed_escape_is_refused_with_its_line(string line) =>
        Assert.Contains("line 1 of f", Assert.Throws<ConfigException>(() => PropertiesText.Parse(line, "f")).Message, StringComparison.Ordinal);
}
