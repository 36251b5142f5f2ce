using System.Text;
using Microsoft.Extensions.Time.Testing;
using Rivet.Cryptography.Sodium;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Witness.Tests;

public sealed class WitnessTests : IDisposable
{
    private readonly TempFolder temp = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly TestLog log = new("rivet.example/log");
    private readonly WitnessFolder folder;
    private readonly Witness witness;

    public WitnessTests()
    {
        folder = WitnessFolder.Create(temp["witness"], "witness.example");
        folder.Logs.Add(log.PublicKey);
        witness = new Witness(folder, time);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        folder.Dispose();
        log.Dispose();
        temp.Dispose();
    }

    [Fact]
    public async Task Add_LogThatGrows_IsCosignedEachTime()
    {
        foreach (var (old, more) in new[] { (0, 1), (1, 5), (6, 250), (256, 1) })
        {
            log.Grow(more);
            await AssertCosignedAsync(await AddAsync(await log.RequestAsync(old)));
        }

        Assert.Equal(257, folder.Logs.Find("rivet.example/log")!.Value.Tree.Size);
    }

    [Fact]
    public async Task Add_SameTreeAgain_IsCosignedWithANewTime()
    {
        log.Grow(7);
        var first = await AddAsync(await log.RequestAsync(0));
        time.Advance(TimeSpan.FromHours(1));
        var second = await AddAsync(await log.RequestAsync(7));
        await AssertCosignedAsync(second);
        Assert.NotEqual(first.Body, second.Body);
    }

    [Fact]
    public async Task Rekey_Log_TheNewKeySignsTheOldNoMoreAndWhatWasSeenStays()
    {
        await AddAsync(await log.Grow(7).RequestAsync(0));
        using var next = new TestLog("rivet.example/log");
        next.Grow(9);
        Assert.Equal(403, (await AddAsync(await next.RequestAsync(7))).Status);
        Assert.True(folder.Logs.Replace(next.PublicKey));
        Assert.Equal(403, (await AddAsync(await log.Grow(2).RequestAsync(7))).Status);
        await AssertCosignedAsync(await AddAsync(await next.RequestAsync(7)));

        // A key gives nobody another past.
        Assert.Equal(422, (await AddAsync(await next.Forget(5).Grow(10, "another").RequestAsync(9))).Status);
    }

    [Fact]
    public void Rekey_LogThatIsNotWatched_IsNone()
    {
        using var other = new TestLog("rivet.example/other");
        Assert.False(folder.Logs.Replace(other.PublicKey));
        Assert.Null(folder.Logs.Find("rivet.example/other"));
    }

    [Fact]
    public async Task Add_EmptyTree_IsCosigned() => await AssertCosignedAsync(await AddAsync(await log.RequestAsync(0)));

    [Fact]
    public async Task Add_HistoryRewritten_IsNeverCosigned()
    {
        log.Grow(7);
        await AddAsync(await log.RequestAsync(0));
        log.Forget(3).Grow(8, "another");
        Assert.Equal(422, (await AddAsync(await log.RequestAsync(7))).Status);
        Assert.Equal(7, folder.Logs.Find("rivet.example/log")!.Value.Tree.Size);
    }

    [Fact]
    public async Task Add_TailCutOff_IsNeverCosigned()
    {
        log.Grow(7);
        await AddAsync(await log.RequestAsync(0));
        log.Forget(2);
        Assert.Equal(400, (await AddAsync(await log.RequestAsync(7))).Status);
        AssertConflict(7, await AddAsync(await log.RequestAsync(5)));
    }

    [Fact]
    public async Task Add_OtherTreeOfTheSameSize_IsNeverCosigned()
    {
        log.Grow(7);
        await AddAsync(await log.RequestAsync(0));
        log.Forget(1).Grow(1, "another");
        AssertConflict(7, await AddAsync(await log.RequestAsync(7)));
    }

    [Fact]
    public async Task Add_OldSizeNotTheLastCosigned_SaysWhichIs()
    {
        log.Grow(7);
        await AddAsync(await log.RequestAsync(0));
        log.Grow(3);
        AssertConflict(7, await AddAsync(await log.RequestAsync(0)));
        AssertConflict(7, await AddAsync(await log.RequestAsync(3)));
        AssertConflict(7, await AddAsync(await log.RequestAsync(10)));
    }

    [Fact]
    public async Task Add_ProofBesideNothing_IsRefused()
    {
        var note = await log.Grow(2).CheckpointAsync();
        Assert.Equal(422, (await AddAsync(TestLog.Request(0, [new byte[32]], note))).Status);
    }

    [Fact]
    public async Task Add_StrangersLogOrKey_IsRefused()
    {
        using var stranger = new TestLog("stranger.example/log");
        using var impostor = new TestLog("rivet.example/log");
        Assert.Equal(404, (await AddAsync(await stranger.Grow(1).RequestAsync(0))).Status);
        Assert.Equal(403, (await AddAsync(await impostor.Grow(1).RequestAsync(0))).Status);
        Assert.False(folder.Logs.Add(impostor.PublicKey));
    }

    [Theory]
    [InlineData("")]
    [InlineData("old 0")]
    [InlineData("old 0\n")]
    [InlineData("old -1\n\n{0}")]
    [InlineData("old 00\n\n{0}")]
    [InlineData("old 99999999999999999999\n\n{0}")]
    [InlineData("new 0\n\n{0}")]
    [InlineData("old 0\nAAAA\n\n{0}")]
    [InlineData("old 0\n{0}")]
    public async Task Add_Malformed_IsRefused(string request)
        => Assert.Equal(400, (await AddAsync(request.Replace("{0}", (await log.CheckpointAsync()).ToString(), StringComparison.Ordinal))).Status);

    [Fact]
    public async Task Add_MoreHashesThanAProofHas_IsRefused()
        => Assert.Equal(400, (await AddAsync(TestLog.Request(0, Enumerable.Repeat(new byte[32], 64), await log.CheckpointAsync()))).Status);

    [Fact]
    public async Task Add_TwoHistoriesAtOnce_CosignsOne()
    {
        log.Grow(4);
        await AddAsync(await log.RequestAsync(0));
        var one = await log.Grow(4).RequestAsync(4);
        var other = await log.Forget(4).Grow(4, "another").RequestAsync(4);
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(() => AddAsync(number % 2 == 0 ? one : other), Ct)));
        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => AssertConflict(8, answer));
    }

    [Fact]
    public void Open_KeyThatOthersMayReadOrOfAnotherName_Refuses()
    {
        var other = temp["other"];
        WitnessFolder.Create(other, "other.example").Dispose();
        Assert.Throws<WitnessException>(() => WitnessFolder.Create(other, "third.example"));
        Assert.Throws<WitnessException>(() => WitnessFolder.Create(temp["fourth"], "with space"));
        Assert.Throws<WitnessException>(() => WitnessFolder.Open(temp["nothing"]));
        var key = Path.Combine(other, "witness.key");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Throws<WitnessException>(() => WitnessFolder.Open(other));
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Copy(Path.Combine(temp["witness"], "witness.pub"), Path.Combine(other, "witness.pub"), overwrite: true);
        Assert.Throws<WitnessException>(() => WitnessFolder.Open(other));
    }

    private async Task<Answer> AddAsync(string request) => await witness.AddAsync(Encoding.UTF8.GetBytes(request), Ct);

    private static void AssertConflict(long size, Answer answer)
        => Assert.Equal((409, $"{size}\n", "text/x.tlog.size"), (answer.Status, answer.Body, answer.ContentType));

    /// <summary>As a log takes it: below its own checkpoint it verifies under the witness's key.</summary>
    private async Task AssertCosignedAsync(Answer answer)
    {
        Assert.Equal(200, answer.Status);
        var note = await log.CheckpointAsync();
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes(note + answer.Body), out var cosigned));
        Assert.True(await cosigned.IsSignedByAsync(folder.PublicKey, new Ed25519Verifier(), Ct));
        Assert.Equal(time.GetUtcNow(), Cosignature.TimeOf(cosigned.Signatures[^1]));
    }
}
