using Compat.Wire.Generator.Model;

namespace Compat.Wire.Generator.Tests;

public class PageProblemTests
{
    [Theory]
    [InlineData("  Title", 1, 2, ProblemKind.Syntax, "ends where the field's type")]
    [InlineData("  title string", 1, 2, ProblemKind.Syntax, "not a name")]
    [InlineData("  Title string\n  Title int32", 2, 2, ProblemKind.Name, "declared twice")]
    [InlineData("  Title text", 1, 2, ProblemKind.Name, "text is not declared")]
    [InlineData("  Title string 3-1", 1, 15, ProblemKind.Versions, "not a range of versions")]
    [InlineData("  Title string?x 1+", 1, 8, ProblemKind.Versions, "not a range of versions")]
    [InlineData("  Title string?0+ 1+", 1, 2, ProblemKind.Versions, "null in 0+")]
    [InlineData("  Shelf Place 2-3\n    Row int8 1+", 2, 4, ProblemKind.Versions, "what it is part of only in 2-3")]
    [InlineData("  Shelf Place\n  struct Place 1+\n    Row int8", 1, 2, ProblemKind.Versions, "Place only in 1+")]
    [InlineData("  Title string often", 1, 15, ProblemKind.Syntax, "none of the marks")]
    [InlineData("  Title string tag x", 1, 19, ProblemKind.Syntax, "should be the tag")]
    [InlineData("  Title string tag 0", 1, 2, ProblemKind.Versions, "the message is flexible in 2+")]
    [InlineData("  Title string 2-3 tag 0", 1, 2, ProblemKind.Versions, "should stay so")]
    [InlineData("  A int8 2+ tag 0\n  B int8 2+ tag 0", 2, 2, ProblemKind.Field, "used twice")]
    [InlineData("  Pages int32?", 1, 2, ProblemKind.Field, "cannot be null")]
    [InlineData("  Pages int32 = many", 1, 2, ProblemKind.Field, "cannot be the default")]
    [InlineData("  Title string = null", 1, 2, ProblemKind.Field, "cannot be the default")]
    [InlineData("  Pages int32 inflexible", 1, 2, ProblemKind.Field, "older encoding")]
    [InlineData("  Pages []bytes", 1, 2, ProblemKind.Field, "not part of the protocol")]
    [InlineData("  Pages int32\n    Row int8", 1, 2, ProblemKind.Field, "cannot have fields")]
    [InlineData("  A Place\n    Row int8\n  B Place\n    Row int8", 3, 2, ProblemKind.Name, "declared twice")]
    [InlineData("  A Place\n  struct Place\n    Next []Place", 2, 2, ProblemKind.Name, "contains itself")]
    [InlineData("  Write string", 1, 2, ProblemKind.Name, "every message has")]
    [InlineData("   Title string", 1, 3, ProblemKind.Syntax, "indented by 3")]
    [InlineData("  Title string\n      Deep int8", 2, 6, ProblemKind.Syntax, "3 levels deep")]
    [InlineData("  Title\tstring", 1, 7, ProblemKind.Syntax, "tab")]
    public void A_mistake_in_a_field_is_reported_on_its_line(string fields, int line, int column, ProblemKind kind, string text) =>
        AssertProblem($"data Book 0-4 flexible 2+\n{fields}", line, column, kind, text);

    [Theory]
    [InlineData("book 7", 0, 0, ProblemKind.Syntax, "begins neither")]
    [InlineData("  Title string", 0, 2, ProblemKind.Syntax, "no message is above")]
    [InlineData("type Epoch long", 0, 11, ProblemKind.Name, "not a primitive type")]
    [InlineData("type Epoch string as E", 0, 21, ProblemKind.Field, "whole numbers")]
    [InlineData("type Epoch int32\ntype Epoch int32", 1, 0, ProblemKind.Name, "declared twice")]
    [InlineData("api x Lend on broker", 0, 4, ProblemKind.Syntax, "the API's key")]
    [InlineData("api 7 Lend", 0, 0, ProblemKind.Syntax, "which listeners")]
    [InlineData("api 7 Lend on broker at night", 0, 21, ProblemKind.Syntax, "not expected")]
    [InlineData("api 7 Lend on broker\nrequest 0", 0, 0, ProblemKind.Syntax, "one request and one response")]
    [InlineData("api 7 Lend on broker\nrequest 0-1\nresponse 0", 2, 0, ProblemKind.Versions, "the request has 0-1")]
    [InlineData("request 0", 0, 0, ProblemKind.Syntax, "below the line of its api")]
    [InlineData("data Book 0+", 0, 0, ProblemKind.Versions, "first and a last version")]
    [InlineData("data Book 0-3 flexible 1-2", 0, 0, ProblemKind.Versions, "stays so")]
    [InlineData("metadata Book 0", 0, 9, ProblemKind.Syntax, "the record's type")]
    public void A_mistake_in_a_head_is_reported_on_its_line(string page, int line, int column, ProblemKind kind, string text) =>
        AssertProblem(page, line, column, kind, text);

    [Fact]
    public void The_place_of_a_problem_counts_characters_from_the_start_of_the_page()
    {
        const string Page = "data Book 0\n  # é\n  Title string often\n";

        Problem problem = Assert.Single(Pages.Resolve(Page).Problems);

        Assert.Equal("often", Page.Substring(problem.Span.Offset, problem.Span.Length));
        Assert.Equal(Pages.Path, problem.Span.Path);
    }

    [Fact]
    public void A_page_with_a_problem_yields_no_code() => Assert.Null(Pages.Resolve("data Book 0\n  Title text").Page);

    [Fact]
    public void Every_mistake_of_a_page_is_reported_at_once() =>
        Assert.Equal([1, 2, 4], Pages.Resolve("data Book 0\n  Title text\n  Pages int32 often\n  Row int8\n  Row int8").Problems.Select(problem => problem.Span.Line));

    private static void AssertProblem(string page, int line, int column, ProblemKind kind, string text)
    {
        EquatableArray<Problem> problems = Pages.Resolve(page).Problems;
        Problem problem = Assert.Single(problems, problem => problem.Message.Contains(text, StringComparison.Ordinal));
        Assert.Equal((line, column, kind), (problem.Span.Line, problem.Span.Column, problem.Kind));
    }
}
