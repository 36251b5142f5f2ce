using Rivet.Testing;

namespace Rivet.Verify.Tests;

public sealed class IntactTests : IDisposable
{
    private readonly TempFolder temp = TempFolder.InMemory();
    private readonly TestLog log = new();

    public void Dispose()
    {
        log.Dispose();
        temp.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(600)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(66_000)]
    public async Task Verify_HonestLog_IsIntact(int size)
    {
        log.Grow(size / 3);
        await log.KeepAsync();
        await log.Grow(size / 3).KeepAsync();
        log.Grow(size - log.Entries.Count);
        var mirror = await log.WriteAsync(temp["log"]);
        var judgement = await mirror.VerifyAsync(log);
        Assert.Empty(judgement.Findings.Kept);
        Assert.Equal(Verdict.Intact, judgement.Verdict);
        Assert.Equal(size, judgement.Entries);
        Assert.Equal(size == 0 ? null : TestLog.Begin.AddSeconds(size - 1), judgement.Until);
        Assert.Equal(log.History.Count, judgement.Compared);
        Assert.Equal([new Seen(log.Witness.Name, TestLog.Begin.AddSeconds(size))], judgement.Newest!.Seen);
    }
}
