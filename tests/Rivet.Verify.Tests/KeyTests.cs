using System.Text;
using Rivet.Cryptography.Sodium;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Verify.Tests;

/// <summary>A log whose key was replaced or revoked, and what somebody can do who stole one.</summary>
public sealed class KeyTests : IDisposable
{
    private readonly TempFolder temp = TempFolder.InMemory();
    private readonly TestLog log = new();
    private readonly List<SignedNote> statements = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        log.Dispose();
        temp.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Verify_KeyReplacedTwice_IsIntactWhicheverKeyIsTrusted(int trusted)
    {
        await log.Grow(100).KeepAsync();
        await RotateAsync(1, 2);
        log.Grow(100);
        log.History[200] = await log.SignAsync(by: Key(2));
        await RotateAsync(2, 3);
        var judgement = await (await WriteAsync(log.Grow(100), 3)).VerifyAsync(Trusting(trusted));
        Assert.Equal((Verdict.Intact, 3), (judgement.Verdict, judgement.Chain!.Keys.Count));
    }

    [Fact]
    public async Task Verify_BothKeysSign_WhoeverHasNotHeardGoesOnReading()
    {
        await RotateAsync(1, 2, log.Grow(100));
        log.Grow(10);
        var mirror = await WriteAsync(log, 2, 1);
        File.Delete(mirror["keys"]);
        mirror.Write("key", Encoding.UTF8.GetBytes(Line(1) + "\n"));
        Assert.Equal(Verdict.Intact, (await mirror.VerifyAsync(Trusting(1))).Verdict);
    }

    [Fact]
    public async Task Verify_CheckpointOfTheSizeOfTheRotation_MayBearEitherKey()
    {
        await RotateAsync(1, 2, log.Grow(100));
        Assert.Equal(Verdict.Intact, (await (await WriteAsync(log, 1)).VerifyAsync(Trusting(2))).Verdict);
        Assert.Equal(Verdict.Intact, (await (await WriteAsync(log, 2)).VerifyAsync(Trusting(1))).Verdict);
    }

    [Fact]
    public async Task Verify_CheckpointByAGivenUpKey_IsRefused()
    {
        await RotateAsync(1, 2, log.Grow(100));
        await AssertFoundAsync(await WriteAsync(log.Grow(1), 1), Trusting(1), (FindingKind.NotSigned, "checkpoint"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Verify_CheckpointByARevokedKey_IsRefused(int trusted)
    {
        await RotateAsync(1, 2, log.Grow(100));
        await RevokeAsync(1, 2);
        var judgement = await (await WriteAsync(log.Grow(1), 1)).VerifyAsync(Trusting(trusted));
        Assert.Equal(Verdict.NotIntact, judgement.Verdict);
        Assert.Contains(judgement.Findings.Kept, finding => finding is { Kind: FindingKind.RevokedKey, Place: "checkpoint" });
    }

    [Fact]
    public async Task Verify_KeptCheckpointByARevokedKeyBeyondItsSize_IsRefused()
    {
        await log.Grow(50).KeepAsync();
        await RotateAsync(1, 2, log.Grow(50));
        await RevokeAsync(1, 2);
        await log.Grow(50).KeepAsync();
        await AssertFoundAsync(await WriteAsync(log.Grow(50), 2), Trusting(2), (FindingKind.RevokedKey, "history/150"));
    }

    [Fact]
    public async Task Verify_TrustInARevokedKey_CannotBeJudgedUntilTheNewKeyIsGiven()
    {
        await RotateAsync(1, 2, log.Grow(100));
        await RotateAsync(2, 3);
        await RevokeAsync(2, 3);
        var mirror = await WriteAsync(log.Grow(10), 3);
        foreach (var trusted in new[] { 1, 2 })
        {
            var judgement = await mirror.VerifyAsync(Trusting(trusted));
            Assert.Equal((Verdict.CannotBeJudged, FindingKind.RevokedTrust), (judgement.Verdict, Assert.Single(judgement.Findings.Kept).Kind));
        }

        Assert.Equal(Verdict.Intact, (await mirror.VerifyAsync(Trusting(3))).Verdict);
    }

    [Fact]
    public async Task Verify_RevocationHiddenByTheMirror_IsFoundByWhoeverHasIt()
    {
        await RotateAsync(1, 2, log.Grow(100));
        await RevokeAsync(1, 2);
        var mirror = await WriteAsync(log.Grow(10), 1);
        File.Delete(mirror["keys"]);
        mirror.Write("key", Encoding.UTF8.GetBytes(Line(1) + "\n"));
        Assert.Equal(Verdict.Intact, (await mirror.VerifyAsync(Trusting(1))).Verdict);

        var judgement = await mirror.VerifyAsync(Trusting(1) with { Statements = statements });
        Assert.Equal(Verdict.NotIntact, judgement.Verdict);
        Assert.Equal(
            [FindingKind.KeysRolledBack, FindingKind.RevokedTrust, FindingKind.RevokedKey], judgement.Findings.Kept.Select(finding => finding.Kind));
    }

    [Fact]
    public async Task Verify_ThiefsOwnSuccessor_ContradictsTheOneThatWasSeen()
    {
        await RotateAsync(1, 2, log.Grow(100));
        var mirror = await WriteAsync(log.Grow(10), 2);
        await RememberAsync(mirror, Trusting(1));

        statements.Clear();
        await RotateAsync(1, 9);
        var thiefs = await WriteAsync(log.Grow(1), 9);
        var judgement = await thiefs.VerifyAsync(new Knowledge { Remembered = RememberedLogs.Open(temp["seen"]) });
        Assert.Equal(Verdict.NotIntact, judgement.Verdict);
        Assert.Equal([FindingKind.KeysRolledBack, FindingKind.KeysForked], judgement.Findings.Kept.Select(finding => finding.Kind));
        judgement = await thiefs.VerifyAsync(Trusting(2));
        Assert.Equal(Verdict.NotIntact, judgement.Verdict);
        Assert.Contains(judgement.Findings.Kept, finding => finding.Kind is FindingKind.OtherKey);
    }

    [Fact]
    public async Task Verify_TwoSuccessorsInOneFile_IsFound()
    {
        await RotateAsync(1, 2, log.Grow(100));
        await RotateAsync(1, 3);
        await AssertFoundAsync(await WriteAsync(log, 2), Trusting(1), (FindingKind.KeysForked, "keys"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Verify_StatementThatOneKeyDidNotSign_IsFound(int missing)
    {
        await RotateAsync(1, 2, log.Grow(100));
        statements[0] = statements[0] with { Signatures = [statements[0].Signatures[1 - missing]] };
        await AssertFoundAsync(await WriteAsync(log, 2), Trusting(1), (FindingKind.NotSigned, "keys"));
    }

    [Fact]
    public async Task Verify_StatementEdited_IsFound()
    {
        await RotateAsync(1, 2, log.Grow(100));
        statements[0] = statements[0] with { Text = statements[0].Text.Replace("\n100\n", "\n90\n", StringComparison.Ordinal) };
        await AssertFoundAsync(await WriteAsync(log, 2), Trusting(1), (FindingKind.NotSigned, "keys"));
    }

    [Fact]
    public async Task Verify_RevocationByAKeyThatIsNotTheLogs_IsFound()
    {
        await RotateAsync(1, 2, log.Grow(100));
        await RevokeAsync(1, 9);
        await AssertFoundAsync(await WriteAsync(log, 2), Trusting(2), (FindingKind.KeysForked, "keys"));
    }

    [Fact]
    public async Task Verify_RevocationOfTheKeyOfNow_IsNone()
    {
        await RotateAsync(1, 2, log.Grow(100));
        await RevokeAsync(2, 1);
        await AssertFoundAsync(await WriteAsync(log, 2), Trusting(2), (FindingKind.KeysForked, "keys"));
    }

    [Fact]
    public async Task Verify_KeyThatComesBack_IsFound()
    {
        await RotateAsync(1, 2, log.Grow(100));
        await RotateAsync(2, 1);
        await AssertFoundAsync(await WriteAsync(log, 1), Trusting(1), (FindingKind.KeysForked, "keys"));
    }

    [Fact]
    public async Task Verify_PastWrittenAnewBeforeTheRotation_IsFoundByItsRoot()
    {
        await RotateAsync(1, 2, log.Grow(100));
        log.Entries[50] = TestLog.Entry(50, kind: "other");
        await AssertFoundAsync(await WriteAsync(log.Grow(10), 2), Trusting(2), (FindingKind.Forked, "keys"));
    }

    [Fact]
    public async Task Verify_StatementsTakenBackSinceTheLastVisit_IsFound()
    {
        await RotateAsync(1, 2, log.Grow(100));
        await RememberAsync(await WriteAsync(log.Grow(10), 2, 1), Trusting(1));
        statements.Clear();
        var mirror = await WriteAsync(log.Grow(10), 1);
        var judgement = await mirror.VerifyAsync(Trusting(1) with { Remembered = RememberedLogs.Open(temp["seen"]) });
        Assert.Equal(Verdict.NotIntact, judgement.Verdict);
        Assert.Contains(judgement.Findings.Kept, finding => finding is { Kind: FindingKind.KeysRolledBack, Place: "keys" });
        Assert.Contains(judgement.Findings.Kept, finding => finding is { Kind: FindingKind.NotSigned, Place: "checkpoint" });
    }

    [Fact]
    public async Task Verify_RotationSinceTheLastVisit_IsIntactAndTheNewKeyIsRemembered()
    {
        await RememberAsync(await WriteAsync(log.Grow(100), 1), Trusting(1));
        await RotateAsync(1, 2);
        var mirror = await WriteAsync(log.Grow(10), 2);
        await RememberAsync(mirror, new Knowledge { Remembered = RememberedLogs.Open(temp["seen"]) });
        Assert.Equal(Line(2), RememberedLogs.Open(temp["seen"]).Find(TestLog.Origin)!.Key.ToString());
        Assert.Single(RememberedLogs.Open(temp["seen"]).Find(TestLog.Origin)!.Statements);
    }

    [Fact]
    public async Task Verify_CheckpointBeforeTheRotation_AsksForAnotherFetch()
    {
        await log.Grow(100).KeepAsync();
        var earlier = await log.SignAsync();
        await RotateAsync(1, 2, log.Grow(100));
        var mirror = await WriteAsync(log, 2);
        mirror.WriteNote("checkpoint", earlier);
        var judgement = await mirror.VerifyAsync(Trusting(1));
        Assert.Equal((Verdict.CannotBeJudged, FindingKind.Missing), (judgement.Verdict, Assert.Single(judgement.Findings.Kept).Kind));
    }

    [Fact]
    public async Task Verify_AnotherLogsStatements_AreNone()
    {
        await RotateAsync(1, 2, log.Grow(100), "rivet/0123456789abcdef/other");
        await AssertFoundAsync(await WriteAsync(log, 1), Trusting(1), (FindingKind.Unreadable, "keys"), Verdict.CannotBeJudged);
    }

    [Theory]
    [InlineData("no statements")]
    [InlineData("\n\n\n\n")]
    [InlineData("a\n\n— b AAAAAAAA\n")]
    public async Task Verify_FileOfKeysThatIsNone_CannotBeJudged(string content)
    {
        var mirror = await WriteAsync(log.Grow(10), 1);
        mirror.Write("keys", Encoding.UTF8.GetBytes(content));
        await AssertFoundAsync(mirror, Trusting(1), (FindingKind.Unreadable, "keys"), Verdict.CannotBeJudged);
    }

    [Fact]
    public async Task Verify_AnyByteOfTheStatementsFlipped_NeverThrowsAndIsNeverIntact()
    {
        await RotateAsync(1, 2, log.Grow(20));
        await RevokeAsync(1, 2);
        var mirror = await WriteAsync(log.Grow(1), 2);
        var whole = await File.ReadAllBytesAsync(mirror["keys"], Ct);
        for (var at = 0; at < whole.Length; at++)
        {
            mirror.Edit("keys", _ => [.. whole.Select((value, place) => place == at ? (byte)(value ^ 1) : value)]);
            Assert.NotEqual(Verdict.Intact, (await mirror.VerifyAsync(Trusting(2))).Verdict);
        }
    }

    [Fact]
    public async Task Statement_AsACheckpoint_IsNone()
    {
        await RotateAsync(1, 2, log.Grow(20));
        Assert.False(Checkpoint.TryParse(statements[0].Text, out _));
        Assert.False(long.TryParse(statements[0].Text.Split('\n')[1], out _));
    }

    private static Ed25519Key Key(int number) => number == 1 ? TestLog.OwnKey() : Ed25519Key.FromSeed([.. Enumerable.Repeat((byte)(100 + number), Ed25519Key.SeedSize)]);

    private static NoteKey NoteKeyOf(int number, string origin = TestLog.Origin)
    {
        using var key = Key(number);
        return NoteKey.Of(origin, NoteKeyKind.Ed25519, key.PublicKey);
    }

    private static string Line(int number) => NoteKeyOf(number).ToString();

    private Knowledge Trusting(int number) => new() { Key = NoteKeyOf(number), Witnesses = [log.Witness] };

    private Task RotateAsync(int from, int to, TestLog? grown = null, string origin = TestLog.Origin) => SayAsync(KeyStatementKind.Rotated, from, to, grown ?? log, origin);

    private Task RevokeAsync(int key, int by) => SayAsync(KeyStatementKind.Revoked, key, by, log, TestLog.Origin);

    private async Task SayAsync(KeyStatementKind kind, int key, int other, TestLog grown, string origin)
    {
        Assert.True(Checkpoint.TryParse((await grown.SignAsync()).Text, out var now));
        using var first = Key(key);
        using var second = Key(other);
        statements.Add((await new KeyStatement
        {
            Kind = kind, Key = NoteKeyOf(key, origin), Other = NoteKeyOf(other, origin), Size = now.Size, Root = now.Root, At = TestLog.Begin.AddSeconds(now.Size),
        }.SignAsync(first, second, Ct))!);
    }

    /// <summary>The mirror, its newest checkpoint signed by these keys; the first is shown as the log's.</summary>
    private async Task<TestMirror> WriteAsync(TestLog grown, params int[] keys)
    {
        var mirror = await grown.WriteAsync(temp["log"]);
        var notes = new List<SignedNote>();
        foreach (var number in keys)
        {
            using var key = Key(number);
            notes.Add(await grown.SignAsync(by: key));
        }

        mirror.WriteNote("checkpoint", notes[0] with { Signatures = [.. notes.Select(note => note.Signatures[0]), notes[0].Signatures[1]] });
        mirror.Write("key", Encoding.UTF8.GetBytes(Line(keys[0]) + "\n"));
        if (statements.Count > 0)
        {
            mirror.Write("keys", Encoding.UTF8.GetBytes(KeyStatementFile.Write(statements)));
        }
        else
        {
            File.Delete(mirror["keys"]);
        }

        return mirror;
    }

    private async Task RememberAsync(TestMirror mirror, Knowledge knowledge)
    {
        var judgement = await mirror.VerifyAsync(knowledge);
        Assert.Equal(Verdict.Intact, judgement.Verdict);
        RememberedLogs.Open(temp["seen"]).Keep(judgement.Chain!.Last, judgement.Newest!.Note, judgement.Statements);
    }

    private static async Task AssertFoundAsync(TestMirror mirror, Knowledge knowledge, (FindingKind Kind, string Place) expected, Verdict verdict = Verdict.NotIntact)
    {
        var judgement = await mirror.VerifyAsync(knowledge);
        Assert.Equal(verdict, judgement.Verdict);
        Assert.Contains(judgement.Findings.Kept, finding => (finding.Kind, finding.Place) == expected);
    }
}
