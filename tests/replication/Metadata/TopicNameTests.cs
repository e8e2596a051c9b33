using Compat.Replication.Metadata;

namespace Compat.Replication.Tests.Metadata;

public class TopicNameTests
{
    [Theory]
    [InlineData("orders")]
    [InlineData("a.B_c-9")]
    [InlineData("...")]
    [InlineData("__consumer_offsets")]
    public void Good_names_are_good(string name) => Assert.Null(TopicName.ReasonInvalid(name));

    [Theory]
    [InlineData("", "the empty string is not allowed")]
    [InlineData(".", "'.' is not allowed")]
    [InlineData("..", "'..' is not allowed")]
    [InlineData("a b", "contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'")]
    [InlineData("../etc", "contains one or more characters")]
    [InlineData("grün", "contains one or more characters")]
    [InlineData("a\0", "contains one or more characters")]
    public void Bad_names_are_refused_with_the_reason(string name, string reason) =>
        Assert.Contains(reason, TopicName.ReasonInvalid(name));

    [Fact]
    public void A_name_may_have_249_characters_and_no_more()
    {
        Assert.True(TopicName.IsValid(new string('a', 249)));
        Assert.Contains("longer than the max allowed length 249", TopicName.ReasonInvalid(new string('a', 250)));
    }

    [Fact]
    public void Dots_and_underscores_are_one_character_to_metric_names()
    {
        Assert.True(TopicName.HasCollisionCharacters("a.b"));
        Assert.False(TopicName.HasCollisionCharacters("a-b"));
        Assert.Equal(TopicName.UnifyCollisionCharacters("a.b_c"), TopicName.UnifyCollisionCharacters("a_b.c"));
    }
}
