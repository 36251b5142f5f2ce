namespace Rivet.Cli.Tests;

public sealed class PlainTests
{
    [Theory]
    [InlineData("\u001b[31mred", "␛[31mred")]
    [InlineData("\u001b]0;title\u0007", "␛]0;title␇")]
    [InlineData("\u009b2J", "·2J")]
    [InlineData("a\rb", "a b")]
    [InlineData("a\u007fb\u0008", "a·b␈")]
    [InlineData("safe\u202egnp.exe", "safe·gnp.exe")]
    [InlineData("x\u2066y\u2069\u200f", "x·y··")]
    [InlineData("one\ntwo", "one two")]
    [InlineData("one\u2028two", "one two")]
    public void Line_WhatATerminalWouldObey_IsShownNotObeyed(string text, string expected)
        => Assert.Equal(expected, Plain.Line(text));

    [Theory]
    [InlineData("你好，世界 👍🏽 👨‍👩‍👧 é العربية עברית")]
    [InlineData("")]
    public void Line_OrdinaryText_StaysAsItIs(string text) => Assert.Equal(text, Plain.Line(text));

    [Fact]
    public void Lines_BrokenSurrogate_DoesNotThrow() => Assert.Equal("\uFFFD\u001b".Replace("\u001b", "␛", StringComparison.Ordinal), Plain.Lines("\ud800\u001b"));

    [Fact]
    public void Lines_AnyControlCharacter_IsGone()
    {
        var all = string.Concat(Enumerable.Range(0, 0xA0).Select(value => (char)value));
        Assert.DoesNotContain(Plain.Lines(all), letter => char.IsControl(letter) && letter != '\n');
        Assert.DoesNotContain(Plain.Line(all), char.IsControl);
    }

    [Theory]
    [InlineData("../../etc/passwd", "_.._etc_passwd")]
    [InlineData(".bashrc", "bashrc")]
    [InlineData("", "file")]
    [InlineData("报告 2026.pdf", "报告 2026.pdf")]
    public void FreePath_NameOfAStranger_StaysInTheFolder(string name, string expected)
    {
        using var folder = new Rivet.Testing.TempFolder();
        Assert.Equal(folder[expected], Commands.SaveCommand.FreePath(folder.Path, name));
    }

    [Fact]
    public void FreePath_NameTaken_IsNeverOverwritten()
    {
        using var folder = new Rivet.Testing.TempFolder();
        File.WriteAllText(folder["a.txt"], "");
        Assert.Equal(folder["a (2).txt"], Commands.SaveCommand.FreePath(folder.Path, "a.txt"));
    }
}
