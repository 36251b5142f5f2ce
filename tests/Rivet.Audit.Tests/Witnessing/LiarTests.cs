using Microsoft.AspNetCore.Http;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Audit.Tests;

/// <summary>Nothing that a witness says is believed.</summary>
public sealed class LiarTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly CompanyId company = new(Guid.CreateVersion7());
    private WitnessedHost log = null!;
    private Liar liar = null!;

    public async ValueTask InitializeAsync()
    {
        log = await WitnessedHost.StartAsync(folder, company);
        liar = await Liar.StartAsync();
        Assert.True((await log.AddAsync(liar.Key.ToString(), liar.Url)).IsOk);
        await log.GrowAsync(5);
    }

    public async ValueTask DisposeAsync()
    {
        await liar.DisposeAsync();
        await log.DisposeAsync();
        folder.Dispose();
    }

    private DateTimeOffset Now => log.Host.Time.GetUtcNow();

    [Fact]
    public async Task Ask_HonestAnswer_IsTakenAndTheRequestIsAsTheProtocolSays()
    {
        liar.Answer = async (context, text) => await liar.SayAsync(context, 200, await liar.CosignAsync(text, Now));
        await log.RoundAsync();
        Assert.Null((await log.StandingAsync("liar.example")).Failure);
        await log.GrowAsync(3);
        await log.RoundAsync();
        Assert.StartsWith("/add-checkpoint\nold 0\n\nrivet/", liar.Asked[0], StringComparison.Ordinal);
        Assert.StartsWith("/add-checkpoint\nold 7\n", liar.Asked[1], StringComparison.Ordinal);

        // The log's own line only.
        Assert.All(liar.Asked, asked => Assert.Single(asked.Split('\n'), line => line.StartsWith('—')));
    }

    [Fact]
    public async Task Ask_OtherKey_IsRefused()
    {
        using var other = Ed25519Key.Create();
        await RequireRefusedAsync(AuditWitnessFailure.SignatureWrong, async (context, text) => await liar.SayAsync(context, 200, await liar.CosignAsync(text, Now, other)));
    }

    [Fact]
    public async Task Ask_KeysLineWithAnotherSignature_IsRefused()
        => await RequireRefusedAsync(AuditWitnessFailure.SignatureWrong, async (context, _) =>
            await liar.SayAsync(context, 200, new NoteSignature(liar.Key.Name, liar.Key.Id, new byte[72]).ToString()));

    [Fact]
    public async Task Ask_CosignatureOverAnotherCheckpoint_IsRefused()
        => await RequireRefusedAsync(AuditWitnessFailure.SignatureWrong, async (context, text) =>
            await liar.SayAsync(context, 200, await liar.CosignAsync(text.Replace("\n7\n", "\n8\n", StringComparison.Ordinal), Now)));

    [Fact]
    public async Task Ask_ManyLinesOneOfThemFalse_IsRefused()
        => await RequireRefusedAsync(AuditWitnessFailure.SignatureWrong, async (context, text) =>
            await liar.SayAsync(context, 200, await liar.CosignAsync(text, Now) + new NoteSignature(liar.Key.Name, liar.Key.Id, new byte[72])));

    [Theory]
    [InlineData(200, "", AuditWitnessFailure.NotUnderstood)]
    [InlineData(200, "thank you\n", AuditWitnessFailure.NotUnderstood)]
    [InlineData(200, "\n\n— liar.example AAAAAAAA\n", AuditWitnessFailure.NotUnderstood)]
    [InlineData(409, "", AuditWitnessFailure.NotUnderstood)]
    [InlineData(409, "many\n", AuditWitnessFailure.NotUnderstood)]
    [InlineData(409, "-1\n", AuditWitnessFailure.NotUnderstood)]
    [InlineData(409, "04\n", AuditWitnessFailure.NotUnderstood)]
    [InlineData(409, "99999999999999999999\n", AuditWitnessFailure.NotUnderstood)]
    [InlineData(409, "0\n", AuditWitnessFailure.NotUnderstood)]
    [InlineData(400, "", AuditWitnessFailure.Refuses)]
    [InlineData(403, "", AuditWitnessFailure.KeyRefused)]
    [InlineData(404, "", AuditWitnessFailure.NotWatched)]
    [InlineData(422, "", AuditWitnessFailure.Refuses)]
    [InlineData(500, "", AuditWitnessFailure.Refuses)]
    public async Task Ask_StatusOrBodyThatIsNone_IsRefused(int status, string body, AuditWitnessFailure why)
    {
        await RequireRefusedAsync(why, (context, _) => liar.SayAsync(context, status, body));
        Assert.Empty(await log.EventsAsync("audit.witness.disagrees"));
    }

    [Fact]
    public async Task Ask_Redirect_IsNotFollowed()
        => await RequireRefusedAsync(AuditWitnessFailure.Redirects, (context, _) =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = liar.Url + "/elsewhere";
            return Task.CompletedTask;
        });

    [Fact]
    public async Task Ask_EndlessBody_IsCut()
        => await RequireRefusedAsync(AuditWitnessFailure.TooLong, async (context, _) =>
        {
            var much = new byte[4096];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(much, CancellationToken.None);
                await context.Response.Body.FlushAsync(CancellationToken.None);
            }
        });

    [Fact]
    public async Task Ask_NoAnswer_EndsAfterTenSeconds()
        => await RequireRefusedAsync(AuditWitnessFailure.TooSlow, async (context, _) =>
        {
            var gone = new TaskCompletionSource();
            using var registered = context.RequestAborted.Register(() => gone.SetResult());
            log.Host.Time.Advance(TimeSpan.FromSeconds(10));
            await gone.Task;
        });

    [Fact]
    public async Task Ask_AnotherSizeEachTime_EndsAtTheSecond()
    {
        var says = 1;
        await RequireRefusedAsync(null, (context, _) => liar.SayAsync(context, 409, $"{says++}\n"));
        await log.RoundAsync(1);
        Assert.Equal(AuditWitnessFailure.NotUnderstood, (await log.StandingAsync("liar.example")).Failure);
    }

    [Fact]
    public async Task Ask_AnotherLongerHistoryEachTime_IsRecordedOnceForASizeAndStaysSaid()
    {
        var says = new Queue<string>(["50\n", "50\n", "49\n", "51\n"]);
        liar.Answer = (context, _) => liar.SayAsync(context, 409, says.Dequeue());
        while (says.Count > 0)
        {
            await log.RoundAsync(300);
        }

        Assert.Equal(["51", "50"], (await log.EventsAsync("audit.witness.disagrees")).Select(entry => entry.Event.Details["seen"]));
        liar.Answer = (context, _) => liar.SayAsync(context, 500, "");
        await log.RoundAsync(300);
        Assert.Equal(AuditWitnessFailure.Disagrees, (await log.StandingAsync("liar.example")).Failure);
    }

    [Fact]
    public async Task Ask_TimeAheadByTenMinutes_IsRefusedAndTheClocksAreRecordedOnce()
    {
        await RequireRefusedAsync(AuditWitnessFailure.TimeWrong, async (context, text) => await liar.SayAsync(context, 200, await liar.CosignAsync(text, Now.AddMinutes(10))));
        await log.RoundAsync(300);
        Assert.Equal("600", Assert.Single(await log.EventsAsync("audit.clock.off")).Event.Details["seconds"]);
        Assert.Equal(TimeSpan.FromMinutes(10), (await log.StandingAsync("liar.example")).ClockOff);
        Assert.Contains(await log.StatusLinesAsync("en"), line => line.Value.Contains("10", StringComparison.Ordinal) && line.Label.Contains("Clock", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ask_TimeBehindByTenMinutes_IsTakenAndSaidUntilTheClocksAgree()
    {
        var behind = TimeSpan.FromMinutes(10);
        liar.Answer = async (context, text) => await liar.SayAsync(context, 200, await liar.CosignAsync(text, Now - behind));
        await log.RoundAsync();
        var standing = await log.StandingAsync("liar.example");
        Assert.Equal((null, -behind), (standing.Failure, standing.ClockOff));
        Assert.Single(await log.EventsAsync("audit.clock.off"));
        behind = TimeSpan.Zero;
        await log.GrowAsync();
        await log.RoundAsync();
        Assert.Equal(TimeSpan.Zero, (await log.StandingAsync("liar.example")).ClockOff);
    }

    [Fact]
    public async Task Ask_TimeBeforeTheLastOne_IsRefused()
    {
        liar.Answer = async (context, text) => await liar.SayAsync(context, 200, await liar.CosignAsync(text, Now));
        await log.RoundAsync();
        await log.GrowAsync();
        await RequireRefusedAsync(AuditWitnessFailure.TimeWrong, async (context, text) => await liar.SayAsync(context, 200, await liar.CosignAsync(text, Now.AddMinutes(-2))));
    }

    [Fact]
    public async Task Ask_FailingWitness_IsLeftAloneForLongerAndLongerUpToFiveMinutes()
    {
        liar.Answer = (context, _) => liar.SayAsync(context, 500, "");
        for (var second = 0; second < 1800; second += 10)
        {
            await log.RoundAsync();
        }

        Assert.InRange(liar.Asked.Count, 10, 16);
        var asked = liar.Asked.Count;
        await log.RoundAsync(300);
        Assert.Equal(asked + 1, liar.Asked.Count);
    }

    [Fact]
    public async Task Ask_TwoRoundsWithinASecond_AsksOnce()
    {
        liar.Answer = async (context, text) => await liar.SayAsync(context, 200, await liar.CosignAsync(text, Now));
        await log.RoundAsync();
        await log.GrowAsync();
        await log.RoundAsync(0);
        Assert.Single(liar.Asked);
    }

    private async Task RequireRefusedAsync(AuditWitnessFailure? why, Func<HttpContext, string, Task> answer)
    {
        liar.Answer = answer;
        await log.RoundAsync();
        Assert.Equal(why, (await log.StandingAsync("liar.example")).Failure);
        var (row, note) = await log.NewestAsync();
        Assert.Single(note.Signatures);
        Assert.NotEqual(row.Size, (await log.StandingAsync("liar.example")).Size);
        Assert.True(await log.KeptAsync(row.Size) is null or { Signatures.Count: 1 });
    }
}
