using Rivet.Identity.People;

namespace Rivet.Identity.Tests;

public sealed class NameTests
{
    [Theory]
    [InlineData("Ada", "Ada")]
    [InlineData("  Ada Lovelace ", "Ada Lovelace")]
    [InlineData("李雷", "李雷")]
    [InlineData("Ame\u0301lie", "Am\u00E9lie")]
    [InlineData("👩\u200D🔬", "👩\u200D🔬")]
    public void TryParse_GoodName_IsNormalised(string text, string expected)
    {
        Assert.True(DisplayName.TryParse(text, out var name));
        Assert.Equal(expected, name.Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\nb")]
    [InlineData("a\u0000b")]
    [InlineData("a\u001b[31mb")]
    [InlineData("a\u009bb")]
    [InlineData("a\u202Eb")]
    [InlineData("a\u2066b")]
    [InlineData("a\u200Fb")]
    [InlineData("a\u061Cb")]
    [InlineData("a\u200Bb")]
    [InlineData("a\uFEFFb")]
    [InlineData("a\u2028b")]
    [InlineData("a\uE000b")]
    [InlineData("\u200D")]
    [InlineData("\u0301")]
    public void TryParse_DeceivingName_IsRefused(string? text) => Assert.False(DisplayName.TryParse(text, out _));

    /// <summary>An attribute cannot hold a lone surrogate.</summary>
    [Theory]
    [InlineData(0xD800)]
    [InlineData(0xDC00)]
    public void TryParse_LoneSurrogate_IsRefused(int unit)
    {
        Assert.False(DisplayName.TryParse($"a{(char)unit}", out _));
        Assert.False(DisplayName.TryParse($"a{(char)unit}b", out _));
        Assert.Equal("ab", DisplayName.Clean($"a{(char)unit}b", "otherwise").Value);
        Assert.Equal("person", Handle.From($"{(char)unit}").Value);
    }

    [Fact]
    public void TryParse_Length_IsBounded()
    {
        Assert.True(DisplayName.TryParse(new string('a', 100), out _));
        Assert.False(DisplayName.TryParse(new string('a', 101), out _));
        Assert.False(DisplayName.TryParse(new string('a', 1_000_000), out _));
    }

    [Theory]
    [InlineData("a\u202Eb\u0007", "ab")]
    [InlineData("", "otherwise")]
    [InlineData("\u0001\u0002", "otherwise")]
    public void Clean_DropsWhatIsNotAllowed(string text, string expected)
        => Assert.Equal(expected, DisplayName.Clean(text, "otherwise").Value);

    [Fact]
    public void Clean_LongName_IsCutBetweenCharacters()
    {
        var name = DisplayName.Clean("x" + string.Concat(Enumerable.Repeat("😀", 80)), "otherwise").Value;

        Assert.Equal(99, name.Length);
        Assert.False(char.IsHighSurrogate(name[^1]));
    }

    [Theory]
    [InlineData("Ada Lovelace", "ada.lovelace")]
    [InlineData("grace_hopper", "grace_hopper")]
    [InlineData("..Ada..", "ada")]
    [InlineData("李雷", "李雷")]
    [InlineData("Ｆｕｌｌ", "full")]
    [InlineData("!!!", "person")]
    [InlineData("", "person")]
    [InlineData("a--b", "a-b")]
    public void From_Text_GivesAHandle(string text, string expected) => Assert.Equal(expected, Handle.From(text).Value);

    [Fact]
    public void From_LongText_LeavesRoomForANumber()
        => Assert.InRange(Handle.From(new string('a', 500)).Numbered(1_000_000).Value.Length, 1, Handle.MaxLength);
}
