namespace Rivet.Release.Tests;

public sealed class ReleaseVersionTests
{
    [Theory]
    [InlineData("0.1.0", "0.1.0")]
    [InlineData("12.0.345", "12.0.345")]
    [InlineData("1.2.3-rc.1", "1.2.3~rc.1")]
    [InlineData("1.2.3-rc-1.x", "1.2.3~rc.1.x")]
    public void Version_OfTheRightShape_HasADebianForm(string text, string debian)
    {
        Assert.True(ReleaseVersion.TryParse(text, out var version));

        Assert.Equal((text, debian), (version.Text, version.Debian));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1.2")]
    [InlineData("01.2.3")]
    [InlineData("1.2.3 ")]
    [InlineData("1.2.3\n")]
    [InlineData("1.2.3\nDepends: evil")]
    [InlineData("1.2.3;Configuration=Debug")]
    [InlineData("1.2.3-$(whoami)")]
    [InlineData("1.2.3/../../x")]
    [InlineData("../1.2.3")]
    [InlineData("-p:X=1")]
    [InlineData("1.2.3+build")]
    [InlineData("1.2.3-RC")]
    [InlineData("1.2.3-")]
    [InlineData("1.2.3-rc..1")]
    [InlineData("１.2.3")]
    [InlineData("1.2.3-0123456789012345678901234567890123456789012345678901234567890")]
    public void Version_OfAnyOtherShape_IsRefused(string? text) => Assert.False(ReleaseVersion.TryParse(text, out _));

    [Fact]
    public async Task Version_OfEarlierStage_ComesBeforeItsRelease()
    {
        Assert.True(ReleaseVersion.TryParse("1.2.3-rc.1", out var candidate));

        var end = await Tool.TryAsync("dpkg", ["--compare-versions", candidate.Debian, "lt", "1.2.3"], TestContext.Current.CancellationToken);

        Assert.Equal(0, end.ExitCode);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("99999999999999")]
    public void Time_ThatIsNone_IsRefused(string seconds) => Assert.Throws<ReleaseStop>(() => SourceTree.ReadTime(seconds));
}
