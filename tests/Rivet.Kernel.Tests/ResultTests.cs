namespace Rivet.Kernel.Tests;

public sealed class ResultTests
{
    [Fact]
    public void Result_Value_GivesIt()
    {
        Result<int, string> result = 7;
        Assert.True(result.IsOk);
        Assert.Equal(7, result.Value);
        Assert.Throws<InvalidOperationException>(() => result.Refusal);
    }

    [Fact]
    public void Result_RefusalOrDefault_GivesNoValue()
    {
        Result<int, string> refused = "no";
        Assert.False(refused.TryGet(out _, out var why));
        Assert.Equal("no", why);
        Assert.Throws<InvalidOperationException>(() => refused.Value);
        Assert.False(default(Result<int, string>).IsOk);
        Assert.Throws<InvalidOperationException>(() => default(Result<int, string>).Value);
    }

    [Fact]
    public void Decision_Default_SaysNo()
    {
        Assert.Null(default(Decision).Permit);
        Assert.Equal("access.denied", default(Decision).Reason);
        Assert.Equal("access.stranger", Decision.No("access.stranger").Reason);
    }
}
