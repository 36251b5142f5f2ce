using System.Text;
using System.Text.Json;
using Rivet.Cryptography.Sodium;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Verify.Tests;

/// <summary>Receipts of destructions, and everything that somebody may do to one. Those in vectors/receipt are for verifiers of others too.</summary>
public sealed class ReceiptTests : IDisposable
{
    private const int Place = 5;
    private static readonly byte[] Salt = [.. Enumerable.Range(1, EntryCommitment.SaltSize).Select(number => (byte)number)];
    private readonly TempFolder temp = TempFolder.InMemory();
    private readonly TestLog log = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        log.Dispose();
        temp.Dispose();
    }

    [Theory]
    [InlineData("vault.key.destroyed")]
    [InlineData("vault.company-key.destroyed")]
    [InlineData("vault.company-key.version-destroyed")]
    [InlineData("audit.retention.destroyed")]
    [InlineData("messaging.month.destroyed")]
    public async Task Check_Receipt_SaysWhatWhenByWhomAndWhere(string kind)
    {
        var receipt = await MakeAsync(kind);
        var (code, output) = await RunAsync(receipt.ToString(), "--key", log.Key.ToString(), "--witness", log.Witness.ToString());
        Assert.True(code == 0, output);
        foreach (var part in new[] { "The receipt holds", kind, "2026-03-01 12:00:05Z", "asked: 0123", "approved: 4567", $"log {TestLog.Origin}, entry 5", "over 10 entries", "Cosigned by witness.example/rivet" })
        {
            Assert.Contains(part, output, StringComparison.Ordinal);
        }

        (code, output) = await RunAsync(receipt.ToString(), "--json", "--key", log.Key.ToString());
        Assert.Equal((0, "intact", 5), (code, JsonDocument.Parse(output).RootElement.GetProperty("verdict").GetString(), JsonDocument.Parse(output).RootElement.GetProperty("index").GetInt32()));
    }

    [Fact]
    public async Task Check_NobodyTrusted_IsConsistentAndNotEnough()
    {
        var (code, output) = await RunAsync((await MakeAsync()).ToString());
        Assert.Equal(2, code);
        Assert.Contains("consistent, but by a key you have not said you trust", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_EachByteChanged_IsRefused()
    {
        var bytes = Encoding.UTF8.GetBytes((await MakeAsync()).ToString());
        var knows = new Knowledge { Key = log.Key, Witnesses = [log.Witness] };
        for (var at = 0; at < bytes.Length; at++)
        {
            var changed = bytes.ToArray();
            changed[at] ^= 1;
            Assert.True((await CheckAsync(changed, knows)).Verdict is Verdict.NotIntact, $"byte {at} of {bytes.Length}");
        }
    }

    [Fact]
    public async Task Check_LineOfAWitnessNobodyKnows_CountsForNothingAndIsSaidSo()
    {
        var (code, output) = await RunAsync((await MakeAsync()).ToString(), "--key", log.Key.ToString());
        Assert.Equal(0, code);
        Assert.Contains("stands witness.example/rivet too, whose key you did not give: its line was not checked", output, StringComparison.Ordinal);
        Assert.Contains("No witness that you know saw it", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Cosigned by", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_CutOrLonger_IsRefused()
    {
        var text = (await MakeAsync()).ToString();
        foreach (var other in new[] { text + "\n", text[..^1], text + "detail \"a\" \"b\"\n", "\n" + text, text.Replace("\n", "\r\n", StringComparison.Ordinal), "", new string('a', DestructionReceipt.Longest + 1) })
        {
            Assert.Equal(Verdict.NotIntact, (await CheckAsync(Encoding.UTF8.GetBytes(other), log.Key)).Verdict);
        }
    }

    [Fact]
    public async Task Check_StatementInClearRewritten_IsRefused()
    {
        var text = (await MakeAsync()).ToString();
        foreach (var (from, to) in new[] { ("keys\" \"3", "keys\" \"4"), ("2026-03-01", "2026-02-01"), ("outcome success", "outcome failure"), ("vault.key.destroyed", "vault.company-key.destroyed") })
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            Assert.Equal(FindingKind.Changed, Assert.Single((await CheckAsync(Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)), log.Key)).Findings.Kept).Kind);
        }
    }

    [Fact]
    public async Task Check_OtherContentWithItsOwnSentences_IsNotWhatTheEntryCommitsTo()
    {
        var receipt = await MakeAsync();
        await RequireFoundAsync(Again(receipt, content: Content("99").ToBytes()), "commits to something else");
        await RequireFoundAsync(Again(receipt, salt: new byte[EntryCommitment.SaltSize]), "commits to something else");
    }

    [Fact]
    public async Task Check_ProofOfAnotherEntry_IsRefused()
    {
        var receipt = await MakeAsync();
        await RequireFoundAsync(Again(receipt, path: Path(Place + 1)), "does not lead from this entry");
        await RequireFoundAsync(Again(receipt, index: Place + 1, path: Path(Place + 1)), "does not lead from this entry");
        await RequireFoundAsync(Again(receipt, index: log.Entries.Count, path: []), "does not lead from this entry");
    }

    [Fact]
    public async Task Check_EntryThatCommitsToNothing_IsRefused()
    {
        var receipt = await MakeAsync();
        log.Entries[Place] = (receipt.Entry with { Sealed = new byte[] { 1, 2, 3 } }).ToBytes();
        await RequireFoundAsync(Again(receipt, entry: log.Entries[Place], note: await log.SignAsync()), "commits to something else");
    }

    [Theory]
    [InlineData("identity.device.enrolled", 1)]
    [InlineData("vault.key.destroyed", 2)]
    [InlineData("vault.key.destroyed-not", 1)]
    public async Task Check_KindThatIsNoDestruction_IsRefused(string kind, int outcome)
    {
        var receipt = await MakeAsync(kind, outcome);
        await RequireFoundAsync(receipt, "is no destruction that was done");
    }

    [Fact]
    public async Task Check_AnotherLogsKey_IsRefused()
    {
        using var other = Ed25519Key.FromSeed([.. Enumerable.Repeat((byte)3, Ed25519Key.SeedSize)]);
        var bytes = Encoding.UTF8.GetBytes((await MakeAsync()).ToString());
        Assert.Equal(FindingKind.OtherKey, Assert.Single((await CheckAsync(bytes, NoteKey.Of("rivet/0123456789abcdef/other", NoteKeyKind.Ed25519, log.Key.PublicKey))).Findings.Kept).Kind);
        Assert.Equal(FindingKind.OtherKey, Assert.Single((await CheckAsync(bytes, NoteKey.Of(TestLog.Origin, NoteKeyKind.Ed25519, other.PublicKey))).Findings.Kept).Kind);
    }

    [Fact]
    public async Task Check_WhollyMadeByAnotherKey_IsRefusedByWhoeverTrustsTheLogs()
    {
        using var thief = Ed25519Key.FromSeed([.. Enumerable.Repeat((byte)3, Ed25519Key.SeedSize)]);
        var receipt = await MakeAsync();
        var theirs = NoteKey.Of(TestLog.Origin, NoteKeyKind.Ed25519, thief.PublicKey);
        var note = await log.SignAsync(by: thief);
        Assert.Equal(Verdict.CannotBeJudged, (await CheckAsync(Again(receipt, note: note, key: theirs), null)).Verdict);
        Assert.Equal(FindingKind.OtherKey, Assert.Single((await CheckAsync(Again(receipt, note: note, key: theirs), log.Key)).Findings.Kept).Kind);
        Assert.Equal(FindingKind.NotSigned, Assert.Single((await CheckAsync(Again(receipt, note: note), log.Key)).Findings.Kept).Kind);
    }

    [Fact]
    public async Task Check_KeyReplaced_HoldsForBothAndNotOnceRevoked()
    {
        var old = await MakeAsync();
        using var first = TestLog.OwnKey();
        using var second = Ed25519Key.FromSeed([.. Enumerable.Repeat((byte)8, Ed25519Key.SeedSize)]);
        var (one, two) = (log.Key, NoteKey.Of(TestLog.Origin, NoteKeyKind.Ed25519, second.PublicKey));
        var rotation = new KeyStatement { Kind = KeyStatementKind.Rotated, Key = one, Other = two, Size = log.Entries.Count, Root = old.Checkpoint.Root, At = TestLog.Begin.AddHours(1) };
        var rotated = (await rotation.SignAsync(first, second, Ct))!;
        var revoked = (await (rotation with { Kind = KeyStatementKind.Revoked }).SignAsync(first, second, Ct))!;
        log.Grow(3);
        var fresh = Again(old, path: Path(Place), note: await log.SignAsync(by: second), key: two, statements: [rotated]);
        foreach (var trusted in new[] { one, two })
        {
            Assert.Equal(Verdict.Intact, (await CheckAsync(fresh, trusted)).Verdict);
            Assert.Equal(Verdict.Intact, (await CheckAsync(Again(old, key: two, statements: [rotated]), trusted)).Verdict);
        }

        // Revoked: the old receipt, whether it says so itself or the verifier heard it elsewhere, shows nothing; a new one does, to whoever trusts the new key.
        var knows = new Knowledge { Key = one, Statements = [rotated, revoked] };
        Assert.Equal(
            [FindingKind.RevokedTrust, FindingKind.RevokedKey], (await CheckAsync(Encoding.UTF8.GetBytes(old.ToString()), knows)).Findings.Kept.Select(finding => finding.Kind));
        Assert.Equal(FindingKind.RevokedKey, Assert.Single((await CheckAsync(Again(old, key: two, statements: [rotated, revoked]), two)).Findings.Kept).Kind);
        Assert.Equal(Verdict.CannotBeJudged, (await CheckAsync(Again(fresh, statements: [rotated, revoked]), one)).Verdict);
        Assert.Equal(Verdict.Intact, (await CheckAsync(Again(fresh, statements: [rotated, revoked]), two)).Verdict);
    }

    [Fact]
    public async Task Check_WitnessAskedFor_MustHaveCosigned()
    {
        var receipt = await MakeAsync();
        var bare = Again(receipt, note: receipt.Note with { Signatures = [receipt.Note.Signatures[0]] });
        var spoilt = receipt.Note.Signatures[1] with { Signature = receipt.Note.Signatures[0].Signature };
        var forged = Again(receipt, note: receipt.Note with { Signatures = [receipt.Note.Signatures[0], spoilt] });
        foreach (var other in new[] { bare, forged })
        {
            Assert.Equal(FindingKind.NotCosigned, Assert.Single((await CheckAsync(Encoding.UTF8.GetBytes(other.ToString()), new Knowledge { Key = log.Key, Witnesses = [log.Witness] })).Findings.Kept).Kind);
        }
    }

    [Fact]
    public async Task Check_Remembered_TrustsThatKeyAndFindsAnotherHistory()
    {
        var receipt = await MakeAsync();
        var remembered = RememberedLogs.Open(temp["seen"]);
        remembered.Keep(log.Key, receipt.Note, []);
        var knowledge = new Knowledge { Remembered = RememberedLogs.Open(temp["seen"]) };
        Assert.Equal((Verdict.Intact, KeySource.Remembered), await JudgeAsync(receipt, knowledge));

        log.Entries[0] = TestLog.Entry(77);
        remembered.Keep(log.Key, await log.SignAsync(), []);
        knowledge = new Knowledge { Remembered = RememberedLogs.Open(temp["seen"]) };
        Assert.Equal((Verdict.NotIntact, KeySource.Remembered), await JudgeAsync(receipt, knowledge));
    }

    [Fact]
    public async Task Check_NoFile_CannotBeJudged() => Assert.Equal(2, (await RunFileAsync(temp["none"])).Code);

    [Fact]
    public async Task Vectors_OfReceipts_AreWhatThisMakesAndJudges()
    {
        var folder = System.IO.Path.Combine(Fixtures.RepositoryRoot(), "vectors", "receipt");
        var good = await MakeAsync();
        var text = good.ToString();
        var cases = new (string Name, string Outcome, string Text)[]
        {
            ("valid", "valid", text),
            ("changed-detail", "malformed", text.Replace("keys\" \"3", "keys\" \"4", StringComparison.Ordinal)),
            ("other-content", "other-content", Again(good, content: Content("99").ToBytes()).ToString()),
            ("other-entry", "not-included", Again(good, index: Place + 1, path: Path(Place + 1)).ToString()),
            ("not-signed", "not-signed", Again(good, note: good.Note with { Signatures = [good.Note.Signatures[0] with { Signature = new byte[64] }] }).ToString()),
            ("no-destruction", "not-a-destruction", (await MakeAsync("identity.device.enrolled")).ToString()),
        };
        var index = JsonSerializer.Serialize(
            new { Specification = "docs/protocol/receipt.md", Key = log.Key.ToString(), Witness = log.Witness.ToString(), Cases = cases.Select(one => new { one.Name, File = one.Name + ".txt", one.Outcome }) },
            new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
        if (Environment.GetEnvironmentVariable("RIVET_UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(System.IO.Path.Combine(folder, "receipts.json"), index, Ct);
            foreach (var (name, _, written) in cases)
            {
                await File.WriteAllTextAsync(System.IO.Path.Combine(folder, name + ".txt"), written, Ct);
            }
        }

        Assert.Equal(index, await File.ReadAllTextAsync(System.IO.Path.Combine(folder, "receipts.json"), Ct));
        foreach (var (name, outcome, written) in cases)
        {
            var bytes = await File.ReadAllBytesAsync(System.IO.Path.Combine(folder, name + ".txt"), Ct);
            Assert.Equal(written, Encoding.UTF8.GetString(bytes));
            Assert.Equal(outcome is "valid" ? Verdict.Intact : Verdict.NotIntact, (await CheckAsync(bytes, log.Key)).Verdict);
        }
    }

    /// <summary>A receipt of an entry among others.</summary>
    private async Task<DestructionReceipt> MakeAsync(string kind = "vault.key.destroyed", int outcome = 1)
    {
        log.Entries.Clear();
        log.Grow(10);
        var content = Content("3").ToBytes();
        LogEntry.TryRead(TestLog.Entry(Place, kind: kind), out var entry);
        log.Entries[Place] = (entry! with { Outcome = outcome, Sealed = EntryCommitment.Join(EntryCommitment.Of(Salt, content), "sealed"u8) }).ToBytes();
        return DestructionReceipt.Of(Place, log.Entries[Place], Salt, content, Path(Place), await log.SignAsync(), log.Key, [])!;
    }

    private static EntryContent Content(string keys) => new(
        default, "vault-scope", new byte[16], Enumerable.Repeat((byte)0xab, 16).ToArray(), default,
        new Dictionary<string, string> { ["application"] = "messaging", ["keys"] = keys, ["asked"] = "0123", ["approved"] = "4567", ["note"] = "zwei\n„Zeilen“ 测试" });

    private List<byte[]> Path(int index)
    {
        return [.. Way(0, log.Entries.Count, index)];

        IEnumerable<byte[]> Way(int from, int to, int leaf)
        {
            if (to - from == 1)
            {
                return [];
            }

            var half = 1;
            while (half * 2 < to - from)
            {
                half *= 2;
            }

            return leaf < from + half ? Way(from, from + half, leaf).Append(RootOf(from + half, to)) : Way(from + half, to, leaf).Append(RootOf(from, from + half));
        }
    }

    private byte[] RootOf(int from, int to)
    {
        var tree = new CompactTree();
        var leaf = new byte[TreeHash.Size];
        foreach (var entry in log.Entries[from..to])
        {
            TreeHash.Leaf(entry, leaf);
            tree.Append(leaf);
        }

        return tree.Root();
    }

    private static DestructionReceipt Again(
        DestructionReceipt receipt, long? index = null, byte[]? entry = null, byte[]? salt = null, byte[]? content = null, IReadOnlyList<byte[]>? path = null, SignedNote? note = null,
        NoteKey? key = null, IReadOnlyList<SignedNote>? statements = null)
        => DestructionReceipt.Of(
            index ?? receipt.Index, entry ?? receipt.Bytes, salt ?? receipt.Salt, content ?? receipt.ContentBytes, path ?? receipt.Path, note ?? receipt.Note, key ?? receipt.Key,
            statements ?? receipt.Statements)!;

    private async Task RequireFoundAsync(DestructionReceipt receipt, string sentence)
    {
        var (code, output) = await RunAsync(receipt.ToString(), "--key", log.Key.ToString());
        Assert.Equal(1, code);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
        Assert.Contains("does NOT hold", output, StringComparison.Ordinal);
        Assert.DoesNotContain("approved", output, StringComparison.Ordinal);
    }

    private async Task<(Verdict, KeySource)> JudgeAsync(DestructionReceipt receipt, Knowledge knowledge)
    {
        var judgement = await CheckAsync(Encoding.UTF8.GetBytes(receipt.ToString()), knowledge);
        return (judgement.Verdict, judgement.KeySource);
    }

    private Task<ReceiptJudgement> CheckAsync(DestructionReceipt receipt, NoteKey? key) => CheckAsync(Encoding.UTF8.GetBytes(receipt.ToString()), key);

    private Task<ReceiptJudgement> CheckAsync(byte[] bytes, NoteKey? key) => CheckAsync(bytes, new Knowledge { Key = key });

    private async Task<ReceiptJudgement> CheckAsync(byte[] bytes, Knowledge knowledge)
    {
        await File.WriteAllBytesAsync(temp["receipt"], bytes, Ct);
        return await new ReceiptCheck(temp["receipt"], knowledge).RunAsync(Ct);
    }

    private async Task<(int Code, string Output)> RunAsync(string receipt, params string[] arguments)
    {
        await File.WriteAllTextAsync(temp["receipt"], receipt, Ct);
        return await RunFileAsync(temp["receipt"], arguments);
    }

    private static async Task<(int Code, string Output)> RunFileAsync(string file, params string[] arguments)
    {
        using var output = new StringWriter();
        var code = await VerifyCommand.Create(output, output).Parse(["receipt", file, .. arguments]).InvokeAsync(cancellationToken: Ct);
        return (code, output.ToString());
    }
}
