using Rivet.Cryptography.Sodium;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Verify.Tests;

/// <summary>What an owner can do who signs whatever they like: only what others saw before is against them.</summary>
public sealed class OwnerWithKeyTests : IDisposable
{
    private readonly TempFolder temp = TempFolder.InMemory();
    private readonly TestLog log = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        log.Dispose();
        temp.Dispose();
    }

    [Fact]
    public async Task Verify_ForkBeforeARememberedCheckpoint_IsFound()
    {
        await RememberAsync(log.Grow(400));
        log.Entries[399] = TestLog.Entry(399, kind: "other");
        await AssertFoundAsync(await log.Grow(100).WriteAsync(temp["log"]), (FindingKind.Forked, temp["remembered"]));
    }

    [Fact]
    public async Task Verify_ForkOfTheRememberedSize_IsFound()
    {
        await RememberAsync(log.Grow(400));
        log.Entries[0] = TestLog.Entry(0, kind: "other");
        await AssertFoundAsync(await log.WriteAsync(temp["log"]), (FindingKind.Forked, temp["remembered"]));
    }

    [Fact]
    public async Task Verify_TailCutOff_IsFound()
    {
        await RememberAsync(log.Grow(400));
        log.Entries.RemoveAt(399);
        await AssertFoundAsync(await log.WriteAsync(temp["log"]), (FindingKind.CutOff, temp["remembered"]));
    }

    [Fact]
    public async Task Verify_LogThatGrewSinceTheLastVisit_IsIntact()
    {
        await RememberAsync(log.Grow(400));
        var mirror = await log.Grow(1).WriteAsync(temp["log"]);
        var judgement = await mirror.VerifyAsync(log, temp["remembered"]);
        Assert.Equal((Verdict.Intact, 400L), (judgement.Verdict, judgement.RememberedSize));
    }

    [Fact]
    public async Task Verify_ForkBeforeAKeptCheckpoint_SaysBetweenWhichSizes()
    {
        await log.Grow(100).KeepAsync();
        await log.Grow(100).KeepAsync();
        await log.Grow(100).KeepAsync();
        log.Entries[150] = TestLog.Entry(150, kind: "other");
        var mirror = await log.Grow(100).WriteAsync(temp["log"]);
        await AssertFoundAsync(mirror, (FindingKind.Forked, "history/200"));
        Assert.Contains("between 100 and 199", (await mirror.VerifyAsync(log)).Findings.Kept[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_KeptCheckpointBeyondTheNewest_IsACutOffTail()
    {
        await log.Grow(300).KeepAsync();
        log.Entries.RemoveRange(200, 100);
        await AssertFoundAsync(await log.WriteAsync(temp["log"]), (FindingKind.CutOff, "history/300"));
    }

    [Fact]
    public async Task Verify_KeptCheckpointOfTheNewestsSizeWithAnotherRoot_IsFound()
    {
        await log.Grow(300).KeepAsync();
        log.Entries[5] = TestLog.Entry(5, kind: "other");
        await AssertFoundAsync(await log.WriteAsync(temp["log"]), (FindingKind.Forked, "history/300"));
    }

    [Fact]
    public async Task Verify_CheckpointOfAnotherKey_IsNotSigned()
    {
        using var other = Ed25519Key.Create();
        var mirror = await log.Grow(10).WriteAsync(temp["log"]);
        mirror.WriteNote("checkpoint", await log.SignAsync(by: other));
        await AssertFoundAsync(mirror, (FindingKind.NotSigned, "checkpoint"));
    }

    [Fact]
    public async Task Verify_KeptCheckpointOfAnotherKey_IsNotSigned()
    {
        using var other = Ed25519Key.Create();
        var mirror = await (await log.Grow(10).KeepAsync()).WriteAsync(temp["log"]);
        mirror.WriteNote("history/10", await log.SignAsync(by: other));
        await AssertFoundAsync(mirror, (FindingKind.NotSigned, "history/10"));
    }

    [Fact]
    public async Task Verify_WholeLogOfAnotherKey_IsFoundByTheKeyGivenAndTheKeyRemembered()
    {
        var mirror = await log.Grow(10).WriteAsync(temp["log"]);
        Assert.Equal(0, await CommandAsync("log", temp["log"], "--remember", temp["remembered"]));
        using var other = Ed25519Key.Create();
        mirror.WriteNote("checkpoint", await log.SignAsync(by: other));
        mirror.Write("key", System.Text.Encoding.UTF8.GetBytes(NoteKey.Of(TestLog.Origin, NoteKeyKind.Ed25519, other.PublicKey) + "\n"));
        Assert.Equal(0, await CommandAsync("log", temp["log"]));
        Assert.Equal(1, await CommandAsync("log", temp["log"], "--remember", temp["remembered"]));
        await AssertFoundAsync(mirror, (FindingKind.OtherKey, "key"), (FindingKind.NotSigned, "checkpoint"));
    }

    [Fact]
    public async Task Verify_CosignatureForged_IsFound()
    {
        await log.Grow(10).KeepAsync();
        var mirror = await log.Grow(10).WriteAsync(temp["log"]);
        mirror.WriteNote("history/10", await ForgedAsync(10));
        await AssertFoundAsync(mirror, (FindingKind.NotCosigned, "history/10"));
        mirror.WriteNote("history/10", log.History[10]);
        mirror.WriteNote("checkpoint", await ForgedAsync(20));
        await AssertFoundAsync(mirror, (FindingKind.NotCosigned, "checkpoint"));
    }

    [Fact]
    public async Task Verify_NewestWithoutCosignature_IsFound()
    {
        var mirror = await log.Grow(10).WriteAsync(temp["log"]);
        var note = await log.SignAsync();
        mirror.WriteNote("checkpoint", note with { Signatures = [note.Signatures[0]] });
        await AssertFoundAsync(mirror, (FindingKind.NotCosigned, "checkpoint"));
    }

    [Fact]
    public async Task Verify_IdentifierTwice_SaysWhere()
    {
        log.Grow(500);
        log.Entries.Add(log.Entries[77]);
        var mirror = await log.WriteAsync(temp["log"], TestLog.Begin.AddSeconds(78));
        var finding = Assert.Single((await mirror.VerifyAsync(log)).Findings.Kept, finding => finding.Kind is FindingKind.Duplicate);
        Assert.Equal("entry 500", finding.Place);
        Assert.Contains("entry 77", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_EntryThatIsNone_SaysWhich()
    {
        log.Grow(300);
        log.Entries[2] = [];
        log.Entries[290] = [1, 2, 3];
        log.Entries[291] = [.. log.Entries[291], 0];
        await AssertFoundAsync(
            await log.WriteAsync(temp["log"]), (FindingKind.Malformed, "entry 2"), (FindingKind.Malformed, "entry 290"), (FindingKind.Malformed, "entry 291"));
    }

    private async Task<SignedNote> ForgedAsync(int size)
    {
        var note = size == 10 ? log.History[10] : await log.SignAsync();
        using var other = Ed25519Key.Create();
        var forged = (await Cosignature.SignAsync(note.Text, log.Witness.Name, TestLog.Begin, other, Ct))! with { KeyId = log.Witness.Id };
        return note with { Signatures = [note.Signatures[0], forged] };
    }

    private async Task RememberAsync(TestLog now)
    {
        var mirror = await now.WriteAsync(temp["log"]);
        Assert.Equal(0, await CommandAsync("log", mirror.Folder, "--key", now.Key.ToString(), "--remember", temp["remembered"]));
    }

    private async Task AssertFoundAsync(TestMirror mirror, params (FindingKind, string)[] expected)
    {
        var judgement = await mirror.VerifyAsync(log, temp["remembered"]);
        Assert.Equal(Verdict.NotIntact, judgement.Verdict);
        Assert.Equal(expected, judgement.Findings.Kept.Select(finding => (finding.Kind, finding.Place)));
    }

    private static Task<int> CommandAsync(params string[] arguments)
        => VerifyCommand.Create(TextWriter.Null, TextWriter.Null).Parse(arguments).InvokeAsync(cancellationToken: Ct);
}
