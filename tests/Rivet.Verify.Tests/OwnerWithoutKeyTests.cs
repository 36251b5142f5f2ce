using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Verify.Tests;

/// <summary>What an owner of the files can do who cannot sign: the checkpoint stays, and anything else may change.</summary>
public sealed class OwnerWithoutKeyTests : IDisposable
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
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(699)]
    public async Task Verify_EntryChanged_SaysWhich(int index)
    {
        var mirror = await HonestAsync();
        log.Entries[index] = TestLog.Entry(index, kind: "identity.device.removed");
        log.WriteBundles(mirror);
        await AssertFoundAsync(mirror, (FindingKind.Changed, Findings.Entry(index)));
    }

    [Fact]
    public async Task Verify_TwoEntriesChanged_SaysBoth()
    {
        var mirror = await HonestAsync();
        log.Entries[3] = TestLog.Entry(3, kind: "other");
        log.Entries[640] = TestLog.Entry(640, kind: "other");
        log.WriteBundles(mirror);
        await AssertFoundAsync(mirror, (FindingKind.Changed, "entry 3"), (FindingKind.Changed, "entry 640"));
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(10, false)]
    [InlineData(255, true)]
    [InlineData(699, false)]
    public async Task Verify_EntryRemoved_SaysWhich(int index, bool isShifted)
    {
        var mirror = await HonestAsync();
        log.Entries.RemoveAt(index);
        if (isShifted)
        {
            // All others move up; the last bundle, of the same name, is one short.
            log.WriteBundles(mirror);
            File.Move(mirror["tile/entries/002.p/187"], mirror["tile/entries/002.p/188"], overwrite: true);
        }
        else
        {
            mirror.Edit(BundleOf(index), bundle => WithoutEntry(bundle, index % TilePath.FullWidth));
        }

        await AssertFoundAsync(mirror, (FindingKind.Removed, Findings.Entry(index)));
    }

    [Fact]
    public async Task Verify_ThreeEntriesInARowRemoved_SaysEach()
    {
        var mirror = await HonestAsync();
        log.Entries.RemoveRange(300, 3);
        log.WriteBundles(mirror);
        File.Move(mirror["tile/entries/002.p/185"], mirror["tile/entries/002.p/188"], overwrite: true);
        await AssertFoundAsync(mirror, (FindingKind.Removed, "entry 300"), (FindingKind.Removed, "entry 301"), (FindingKind.Removed, "entry 302"));
    }

    [Fact]
    public async Task Verify_EntryInserted_SaysWhere()
    {
        var mirror = await HonestAsync();
        log.Entries.Insert(200, TestLog.Entry(90_000, TestLog.Begin.AddSeconds(200)));
        log.WriteBundles(mirror);
        File.Move(mirror["tile/entries/002.p/189"], mirror["tile/entries/002.p/188"], overwrite: true);
        await AssertFoundAsync(mirror, (FindingKind.Inserted, "entry 200"));
    }

    [Theory]
    [InlineData(5, 6)]
    [InlineData(5, 9)]
    [InlineData(250, 260)]
    [InlineData(1, 690)]
    public async Task Verify_EntriesExchanged_SaysWhich(int one, int other)
    {
        var mirror = await HonestAsync();
        (log.Entries[one], log.Entries[other]) = (log.Entries[other], log.Entries[one]);
        log.WriteBundles(mirror);
        var judgement = await mirror.VerifyAsync(log);
        Assert.Contains(judgement.Findings.Kept, finding => finding.Kind is FindingKind.Reordered && finding.Place == Findings.Entry(one));
        Assert.All(judgement.Findings.Kept, finding => Assert.True(finding.Kind is FindingKind.Reordered or FindingKind.PostDated or FindingKind.BackDated));
    }

    [Fact]
    public async Task Verify_EntryMovedFarAway_SaysItWasReordered()
    {
        log.Grow(2000);
        var mirror = await log.WriteAsync(temp["log"], TestLog.Begin.AddSeconds(2000));
        var moved = log.Entries[100];
        log.Entries.RemoveAt(100);
        log.Entries.Insert(1900, moved);
        log.WriteBundles(mirror);
        await AssertFoundAsync(mirror, (FindingKind.Reordered, "entry 100"));
    }

    [Fact]
    public async Task Verify_EntryAndTilesChanged_HistorySaysBetweenWhichSizes()
    {
        var mirror = await HonestAsync();
        log.Entries[350] = TestLog.Entry(350, kind: "other");
        log.WriteBundles(mirror);
        log.WriteTiles(mirror);
        var finding = Assert.Single((await mirror.VerifyAsync(log)).Findings.Kept);
        Assert.Equal((FindingKind.Changed, "checkpoint"), (finding.Kind, finding.Place));
        Assert.Contains("between 300 and 499", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_EntryAndLowestTileChanged_TileAboveSaysWhere()
    {
        var mirror = await HonestAsync();
        log.Entries[350] = TestLog.Entry(350, kind: "other");
        log.WriteBundles(mirror);
        var above = await File.ReadAllBytesAsync(mirror["tile/1/000.p/2"], TestContext.Current.CancellationToken);
        log.WriteTiles(mirror);
        mirror.Write("tile/1/000.p/2", above);
        var findings = (await mirror.VerifyAsync(log)).Findings.Kept;
        Assert.Contains(findings, finding => finding.Place == "tile/1/000.p/2" && finding.Text.Contains("256 to 511", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_TileChangedAndEntriesNot_SaysSo()
    {
        var mirror = await HonestAsync();
        mirror.Edit("tile/0/001", Flip);
        await AssertFoundAsync(mirror, (FindingKind.Changed, "tile/1/000.p/2"), (FindingKind.Changed, "tile/0/001"));
        log.WriteTiles(mirror);
        mirror.Edit("tile/1/000.p/2", Flip);
        await AssertFoundAsync(mirror, (FindingKind.Changed, "tile/1/000.p/2"));
    }

    [Fact]
    public async Task Verify_TailOfFilesCutOff_IsFound()
    {
        var mirror = await HonestAsync();
        log.Entries.RemoveRange(690, 10);
        Directory.Delete(mirror["tile"], recursive: true);
        log.WriteBundles(mirror);
        log.WriteTiles(mirror);
        var judgement = await mirror.VerifyAsync(log);
        Assert.Equal(FindingKind.CutOff, Assert.Single(judgement.Findings.Kept).Kind);
        Assert.Equal(Verdict.NotIntact, judgement.Verdict);
        Assert.Equal(512, judgement.Entries);
    }

    private async Task<TestMirror> HonestAsync()
    {
        await log.Grow(300).KeepAsync();
        await log.Grow(200).KeepAsync();
        return await log.Grow(200).WriteAsync(temp["log"]);
    }

    private async Task AssertFoundAsync(TestMirror mirror, params (FindingKind, string)[] expected)
    {
        var judgement = await mirror.VerifyAsync(log);
        Assert.Equal(Verdict.NotIntact, judgement.Verdict);

        // Where entries stand elsewhere their times are wrong too; that is another matter.
        var found = judgement.Findings.Kept.Where(finding => finding.Kind is not (FindingKind.PostDated or FindingKind.BackDated));
        Assert.Equal(expected, found.Select(finding => (finding.Kind, finding.Place)));
    }

    private static string BundleOf(int index) => index / 256 == 2 ? "tile/entries/002.p/188" : $"tile/entries/00{index / 256}";

    private static byte[] Flip(byte[] bytes)
    {
        bytes[40] ^= 1;
        return bytes;
    }

    private static byte[] WithoutEntry(byte[] bundle, int at)
    {
        var entries = EntryBundle.Read(bundle)!;
        var before = entries.Take(at).Sum(entry => entry.Length + 2);
        return [.. bundle[..before], .. bundle[(before + entries[at].Length + 2)..]];
    }
}
