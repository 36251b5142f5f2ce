using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Rivet.Browser.Tests;

/// <summary>The chat in real browsers: people talk, and nothing is lost.</summary>
[Collection("browser")]
public sealed class TalkTests(Chromium chromium)
{
    [Fact]
    public async Task Talk_TwoBrowsers_EveryKindOfEntryArrives()
    {
        await using var site = await ChatSite.StartAsync(chromium);
        await using var ana = await site.JoinAsync("Ana Costa");
        await using var wei = await site.JoinAsync("陈伟");

        await ana.FoundAsync(null, "陈伟");
        await ana.SayAsync("Good morning 早上好");
        await ana.SeesAsync("Good morning 早上好");
        await wei.ChooseAsync("Ana Costa");
        await wei.SeesAsync("Good morning 早上好");
        await wei.SayAsync("早 **Ana**");
        await ana.SeesAsync("早 Ana");
        ana.Visit.AssertQuiet();
        wei.Visit.AssertQuiet();
    }
}
