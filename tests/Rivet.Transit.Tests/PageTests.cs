using Rivet.Transit.Pages;

namespace Rivet.Transit.Tests;

/// <summary>What the page says without a browser.</summary>
public sealed class PageTests
{
    [Theory]
    [InlineData("shop", "target:transit-key shop")]
    [InlineData("the till", "target:transit-key the till")]
    [InlineData("severity:3 orders now", "target:transit-key 3 orders now")]
    [InlineData("two  spaces here", "target:transit-key spaces here")]
    [InlineData("结算\u3000系统一", "target:transit-key 系统一")]
    [InlineData("a&b=c", "target:transit-key a&b=c")]
    [InlineData(":", "target:transit-key")]
    public void LogLink_AnyName_SearchesForWordsOfIt(string name, string query)
        => Assert.Equal("/log?q=" + Uri.EscapeDataString(query), LogLink.ToCallsOf(name));

    [Fact]
    public void Groups_EveryOperation_IsOfferedOnce()
    {
        var offered = GrantDraft.Groups.SelectMany(group => group.Operations).ToArray();
        Assert.Equal(17, offered.Length);
        Assert.Equal(offered.Length, offered.Distinct().Count());
        Assert.All(offered, name => Assert.True(Applications.Operations.TryParse(name, out _)));
        Assert.Equal(["read"], GrantDraft.Groups[1].Operations);
    }
}
