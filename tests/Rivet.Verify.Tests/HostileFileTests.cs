using CsCheck;
using Rivet.Testing;

namespace Rivet.Verify.Tests;

/// <summary>Files that are none: refused with their name, never an exception, never read beyond their longest length.</summary>
public sealed class HostileFileTests : IDisposable
{
    private readonly TempFolder temp = TempFolder.InMemory();
    private readonly TestLog log = new();

    public void Dispose()
    {
        log.Dispose();
        temp.Dispose();
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("key")]
    [InlineData("history/300")]
    [InlineData("tile/0/000")]
    [InlineData("tile/0/002.p/88")]
    [InlineData("tile/1/000.p/2")]
    [InlineData("tile/entries/001")]
    [InlineData("tile/entries/002.p/88")]
    public async Task Verify_FileTruncatedOversizeOrEmpty_IsRefusedByName(string name)
    {
        var mirror = await WriteAsync();
        var whole = await File.ReadAllBytesAsync(mirror[name], TestContext.Current.CancellationToken);
        foreach (var bytes in new[] { whole[..^2], whole[..((whole.Length / 2) + 1)], [.. whole, 0], new byte[20_000_000] })
        {
            mirror.Write(name, bytes);
            var judgement = await mirror.VerifyAsync(log);
            Assert.NotEqual(Verdict.Intact, judgement.Verdict);
            Assert.Contains(judgement.Findings.Kept, finding => finding.Place == name && finding.Text.Length > 0);
        }
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("tile/0/000")]
    [InlineData("tile/1/000.p/2")]
    [InlineData("tile/entries/000")]
    [InlineData("tile/entries/002.p/88")]
    public async Task Verify_FileMissing_CannotBeJudged(string name)
    {
        var mirror = await WriteAsync();
        File.Delete(mirror[name]);
        var judgement = await mirror.VerifyAsync(log);
        Assert.Equal(Verdict.CannotBeJudged, judgement.Verdict);
        Assert.Equal((FindingKind.Missing, name), (judgement.Findings.Kept[0].Kind, judgement.Findings.Kept[0].Place));
    }

    [Fact]
    public async Task Verify_FolderInAFilesPlace_CannotBeJudged()
    {
        var mirror = await WriteAsync();
        File.Delete(mirror["checkpoint"]);
        Directory.CreateDirectory(mirror["checkpoint"]);
        Assert.Equal(Verdict.CannotBeJudged, (await mirror.VerifyAsync(log)).Verdict);
        Assert.Equal(Verdict.CannotBeJudged, (await new TestMirror(temp["nothing"]).VerifyAsync(log)).Verdict);
    }

    [Fact]
    public async Task Verify_NameThatIsNoSizeInTheHistory_IsRefused()
    {
        var mirror = await WriteAsync();
        mirror.Write("history/0300", await File.ReadAllBytesAsync(mirror["history/300"], TestContext.Current.CancellationToken));
        Assert.Equal(Verdict.CannotBeJudged, (await mirror.VerifyAsync(log)).Verdict);
    }

    [Fact]
    public async Task Verify_WiderFilesOfAnInterruptedFetch_ServeTheCheckpointThatIsThere()
    {
        var mirror = await WriteAsync();
        foreach (var (from, to) in new[] { ("tile/0/002", 88), ("tile/entries/002", 88) })
        {
            File.Delete(mirror[$"{from}.p/{to}"]);
        }

        log.Grow(20);
        log.WriteBundles(mirror);
        log.WriteTiles(mirror);
        Assert.Equal(Verdict.Intact, (await mirror.VerifyAsync(log)).Verdict);
    }

    [Fact]
    public async Task Verify_AnySingleByteFlipped_IsFound()
    {
        var mirror = await WriteAsync();
        var files = mirror.Files.ToList();
        var whole = files.ToDictionary(file => file, file => File.ReadAllBytes(mirror[file]));
        await Gen.Select(Gen.Int[0, files.Count - 1], Gen.Int[0, int.MaxValue], Gen.Byte[1, 255]).SampleAsync(
            async (file, at, bits) =>
            {
                var name = files[file];
                var bytes = whole[name].ToArray();
                at %= bytes.Length;

                // Who cosigned a kept checkpoint is for a verifier to know or not: the name and id in such a line may be anybody's.
                if (name.StartsWith("history", StringComparison.Ordinal) && IsInCosignersName(bytes, at))
                {
                    return;
                }

                bytes[at] ^= bits;
                mirror.Write(name, bytes);
                var verdict = (await mirror.VerifyAsync(log)).Verdict;
                mirror.Write(name, whole[name]);
                Assert.True(verdict is not Verdict.Intact, $"{name}, byte {at}, bits {bits:x2}");
            },
            iter: 3000,
            threads: 1);
    }

    private static bool IsInCosignersName(byte[] note, int at)
    {
        var line = note.AsSpan(0, note.Length - 1).LastIndexOf((byte)'\n') + 1;
        var encoded = line + note.AsSpan(line).LastIndexOf((byte)' ') + 1;
        return at >= line && at < encoded + 6;
    }

    private async Task<TestMirror> WriteAsync()
    {
        await log.Grow(300).KeepAsync();
        await log.Grow(212).KeepAsync();
        return await log.Grow(88).WriteAsync(temp["log"]);
    }
}
