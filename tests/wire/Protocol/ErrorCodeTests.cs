namespace Compat.Wire.Tests.Protocol;

public class ErrorCodeTests
{
    [Fact]
    public void Every_code_has_a_text_of_its_own()
    {
        string[] texts = [.. Enum.GetValues<ErrorCode>().Select(code => code.Message())];

        Assert.Equal(texts.Length, texts.Distinct().Count());
        Assert.All(texts, text => Assert.DoesNotContain("unknown code", text, StringComparison.Ordinal));
        Assert.Contains("unknown code 999", ((ErrorCode)999).Message(), StringComparison.Ordinal);
    }

    [Fact]
    public void Codes_have_no_gap()
    {
        Assert.Equal(Enumerable.Range(-1, 138).Select(code => (short)code), Enum.GetValues<ErrorCode>().Select(code => (short)code).Order());
    }

    [Theory]
    [InlineData(ErrorCode.None, false)]
    [InlineData(ErrorCode.UnknownTopicOrPartition, true)]
    [InlineData(ErrorCode.NotLeaderOrFollower, true)]
    [InlineData(ErrorCode.CoordinatorLoadInProgress, true)]
    [InlineData(ErrorCode.RebalanceInProgress, false)]
    [InlineData(ErrorCode.OutOfOrderSequenceNumber, false)]
    public void Clients_try_again_on_some_codes(ErrorCode code, bool isRetriable) => Assert.Equal(isRetriable, code.IsRetriable());
}
