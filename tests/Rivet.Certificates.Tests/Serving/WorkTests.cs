using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using Rivet.Certificates.Folder;
using Rivet.Certificates.Serving;
using Rivet.Certificates.Tests.Fakes;
using Rivet.Testing;

namespace Rivet.Certificates.Tests.Serving;

/// <summary>Renewal, back-off, restarts: the work over its folder, with an honest ACME server over real HTTPS.</summary>
public sealed class WorkTests : IAsyncLifetime
{
    private const string Host = "chat.example.org";
    private readonly TempFolder folder = new();
    private readonly ImpatientTime time = new();
    private LyingAcme acme = null!;

    public async ValueTask InitializeAsync() => acme = await LyingAcme.StartAsync(time);

    [Fact]
    public async Task Renewal_AtTwoThirdsOfItsLife_ComesByItself()
    {
        await using var house = await IssuedAsync();
        var first = house.Served.Now;

        time.Advance(TimeSpan.FromDays(90) * 0.63);
        await house.BeatAsync();
        Assert.Equal(first.Fingerprint, house.Served.Now.Fingerprint);

        time.Advance(TimeSpan.FromDays(90) * 0.07);
        await house.BeatAsync();
        Assert.NotEqual(first.Fingerprint, house.Served.Now.Fingerprint);
        Assert.True(house.Served.Now.DaysLeft(time.GetUtcNow()) > 89);
        Assert.Null(house.Changes[^1].Refusal);
        Assert.Equal(1, acme.Accounts);
    }

    [Fact]
    public async Task Renewal_ThatFails_BacksOffAndKeepsTheOld()
    {
        await using var house = await IssuedAsync();
        var first = house.Served.Now.Fingerprint;
        acme.Lies["order"] = _ => Reply.Problem("serverInternal", "not today");
        time.Advance(TimeSpan.FromDays(64));

        var pauses = new List<TimeSpan>();
        for (var tries = 0; tries < 12; tries++)
        {
            await house.BeatAsync();
            var retryAt = house.Desk.Show().RenewAt!.Value;
            pauses.Add(retryAt - time.GetUtcNow());
            var asked = acme.Steps.Count;
            await house.BeatAsync();
            Assert.Equal(asked, acme.Steps.Count); // not before its time
            time.Advance(pauses[^1]);
        }

        Assert.InRange(pauses[0].TotalSeconds, 53, 67);
        Assert.InRange(pauses[1] / pauses[0], 1.5, 2.5);
        Assert.All(pauses, pause => Assert.InRange(pause.TotalHours, 0, 6.7));
        Assert.InRange(pauses[^1].TotalHours, 5.3, 6.7);
        Assert.Equal(first, house.Served.Now.Fingerprint);

        acme.Lies.Clear();
        await house.BeatAsync();
        Assert.NotEqual(first, house.Served.Now.Fingerprint);
        Assert.Null(house.Desk.Show().LastRefusal);
    }

    [Theory]
    [InlineData("7200", 2, 2.1)]
    [InlineData("31536000", 24, 24.1)]
    public async Task Renewal_ThatIsAskedToWait_WaitsADayAtMost(string seconds, double from, double to)
    {
        await using var house = await IssuedAsync();
        acme.Lies["order"] = _ => Reply.Problem("rateLimited", "slowly") with { Status = 429, Headers = new() { ["Retry-After"] = seconds } };

        await house.FulfilAsync(house.Desk.Renew());

        Assert.InRange((house.Desk.Show().RenewAt!.Value - time.GetUtcNow()).TotalHours, from, to);
    }

    /// <summary>A restart does not shorten a back-off, or an authority would be asked by every start of a server that crashes.</summary>
    [Fact]
    public async Task BackOff_OverARestart_Holds()
    {
        await using (var house = await IssuedAsync())
        {
            acme.Lies["order"] = _ => Reply.Problem("serverInternal", "not today");
            time.Advance(TimeSpan.FromDays(70));
            await house.BeatAsync();
        }

        var asked = acme.Steps.Count;
        await using var again = new TestHouse(folder, time);
        await again.BeatAsync();

        Assert.Equal(asked, acme.Steps.Count);
    }

    /// <summary>A server that gives an hour and a minute may not be asked every minute.</summary>
    [Fact]
    public async Task Renewal_OfShortLives_KeepsAnHourBetween()
    {
        acme.Certify = (key, names) => acme.Authority.Issue(key, names, time.GetUtcNow().AddDays(-80), time.GetUtcNow().AddMinutes(61)).ExportCertificatePem() + "\n" + acme.Authority.MiddlePem;
        await using var house = await IssuedAsync();
        var asked = acme.Steps.Count;

        time.Advance(TimeSpan.FromMinutes(50));
        await house.BeatAsync();
        Assert.Equal(asked, acme.Steps.Count);

        time.Advance(TimeSpan.FromMinutes(11));
        await house.BeatAsync();
        Assert.True(acme.Steps.Count > asked);
    }

    /// <summary>
    /// The process ends as each request in turn has reached the server, whose answer is lost. Whoever starts over the same
    /// folder comes to the end, with one account, and until then the old certificate is served.
    /// </summary>
    [Fact]
    public async Task Kill_AtAnyRequest_IsGoneOnFromByTheNextStart()
    {
        var requests = 0;
        for (var kill = 1; ; kill++)
        {
            using var own = new TempFolder();
            await using var server = await LyingAcme.StartAsync(time);
            await using (var house = new TestHouse(own, time))
            {
                var seen = 0;
                server.Asked = _ =>
                {
                    if (++seen == kill)
                    {
                        house.Kill();
                    }
                };
                _ = house.Desk.Use(server.Settings(Host));
                await house.BeatAsync();
                if (seen < kill)
                {
                    requests = seen;
                    Assert.Equal(CertificateSourceKind.Acme, house.Served.Now.Source);
                    break;
                }

                Assert.Equal(CertificateSourceKind.Own, house.Served.Now.Source);
            }

            server.Asked = _ => { };
            await using var again = new TestHouse(own, time);
            Assert.Equal(CertificateSourceKind.Own, again.Served.Now.Source);
            await again.BeatAsync();

            Assert.Equal(CertificateSourceKind.Acme, again.Served.Now.Source);
            Assert.Null(again.Desk.Show().LastRefusal);
            Assert.Equal(1, server.Accounts);
            Assert.False(File.Exists(own["certificates/order.json"]));
        }

        Assert.InRange(requests, 8, 20);
    }

    /// <summary>The server came to look while the process was dead: the next start orders anew at once, without a back-off.</summary>
    [Fact]
    public async Task Kill_WhileTheProofWasLookedAt_OrdersAnew()
    {
        await using (var house = new TestHouse(folder, time))
        {
            acme.Asked = step => (step == "challenge" ? house : null)?.Kill();
            _ = house.Desk.Use(acme.Settings(Host));
            await house.BeatAsync();
        }

        var orders = acme.Steps.Count(step => step == "order");
        var failed = true;
        acme.Asked = step => failed = failed && step != "order";
        acme.Lies["poll"] = honest => failed ? honest with { Body = honest.Body.Replace("\"ready\"", "\"pending\"", StringComparison.Ordinal) } : honest;
        acme.Lies["authorization"] = honest => failed ? honest with { Body = honest.Body.Replace("\"valid\"", "\"invalid\"", StringComparison.Ordinal) } : honest;
        await using var again = new TestHouse(folder, time);
        await again.BeatAsync();

        Assert.Equal(CertificateSourceKind.Acme, again.Served.Now.Source);
        Assert.Equal(orders + 1, acme.Steps.Count(step => step == "order"));
    }

    /// <summary>Killed after the certificate was kept and before its order was forgotten: the next renewal must not fetch the same one again.</summary>
    [Fact]
    public async Task Order_OfTheKeptCertificate_IsNotGoneOnWith()
    {
        OrderState? last = null;
        acme.Asked = step => last = step == "certificate" ? new CertificateFolder(folder["certificates"]).Order : last;
        await using var house = await IssuedAsync();
        new CertificateFolder(folder["certificates"]).Order = last;
        var first = house.Served.Now.Fingerprint;

        Assert.Null(await house.FulfilAsync(house.Desk.Renew()));

        Assert.NotEqual(first, house.Served.Now.Fingerprint);
    }

    [Fact]
    public async Task Wish_WhileNoServerRuns_IsFulfilledByTheNextStart()
    {
        var desk = new CertificateDesk(folder["certificates"], time);
        var wish = desk.Use(acme.Settings(Host)).Value;
        Assert.False((await desk.FollowAsync(wish, _ => { }, TimeSpan.Zero, TestContext.Current.CancellationToken)).Answered);

        await using var house = new TestHouse(folder, time);
        await house.BeatAsync();

        Assert.Equal(CertificateSourceKind.Acme, house.Served.Now.Source);
        Assert.True((await desk.FollowAsync(wish, _ => { }, TimeSpan.Zero, TestContext.Current.CancellationToken)).Answered);
    }

    [Fact]
    public async Task Wish_ReplacedByANewer_EndsTheOrderUnderWay()
    {
        await using var house = new TestHouse(folder, time);
        var reached = new TaskCompletionSource();
        using var hold = new ManualResetEventSlim();
        acme.Asked = step =>
        {
            if (step == "order")
            {
                reached.TrySetResult();
                hold.Wait(TestContext.Current.CancellationToken);
            }
        };
        var first = house.Desk.Use(acme.Settings(Host)).Value;
        await house.Work.RunOnceAsync(TestContext.Current.CancellationToken);
        await reached.Task;

        Assert.Null(await house.FulfilAsync(house.Desk.Use(CertificateSourceKind.Own)));
        hold.Set();

        Assert.Equal(CertificateSourceKind.Own, house.Served.Now.Source);
        var end = await house.Desk.FollowAsync(first, _ => { }, TimeSpan.Zero, TestContext.Current.CancellationToken);
        Assert.Equal("work.replaced", end.Refusal?.Reason);
    }

    /// <summary>What was issued under an earlier choice does not come back because a new one was made.</summary>
    [Fact]
    public async Task Use_AfterOwn_ThatFails_KeepsTheOwn()
    {
        await using var house = await IssuedAsync();
        Assert.Null(await house.FulfilAsync(house.Desk.Use(CertificateSourceKind.Own)));
        var own = house.Served.Now.Fingerprint;
        acme.Lies["order"] = _ => Reply.Problem("serverInternal", "not today");

        Assert.NotNull(await house.FulfilAsync(house.Desk.Use(acme.Settings(Host))));
        Assert.NotNull(await house.FulfilAsync(house.Desk.Use(acme.Settings(Host))));
        Assert.Equal(own, house.Served.Now.Fingerprint);

        acme.Lies.Clear();
        Assert.Null(await house.FulfilAsync(house.Desk.Renew()));
        Assert.Equal(CertificateSourceKind.Acme, house.Served.Now.Source);
    }

    [Fact]
    public async Task Names_ThatAreAnother_GetACertificateOfTheirOwn()
    {
        await using var house = await IssuedAsync();

        Assert.Null(await house.FulfilAsync(house.Desk.Use(acme.Settings("new.example.org", Host))));

        Assert.Equal(["new.example.org", Host], house.Served.Now.Names);
    }

    /// <summary>Recovery: a server whose certificate ended starts, says so, and is mended while it runs.</summary>
    [Fact]
    public async Task Ended_Renewed_IsMended()
    {
        await using (await IssuedAsync())
        {
        }

        acme.Lies["order"] = _ => Reply.Problem("serverInternal", "not today");
        time.Advance(TimeSpan.FromDays(100));
        await using var house = new TestHouse(folder, time);
        await house.BeatAsync();
        Assert.True(house.Served.Now.DaysLeft(time.GetUtcNow()) < -9);
        Assert.Contains(house.Log, line => line.Contains("has ended", StringComparison.Ordinal));

        acme.Lies.Clear();
        Assert.Null(await house.FulfilAsync(house.Desk.Renew()));

        Assert.True(house.Served.Now.DaysLeft(time.GetUtcNow()) > 89);
    }

    [Fact]
    public async Task Own_Renewed_IsAnother()
    {
        await using var house = new TestHouse(folder, time);
        await house.BeatAsync();
        var first = house.Served.Now.Fingerprint;

        Assert.Null(await house.FulfilAsync(house.Desk.Renew()));

        Assert.NotEqual(first, house.Served.Now.Fingerprint);
        Assert.Equal(house.Served.Now.Fingerprint, house.Desk.Show().Served?.Fingerprint);
    }

    [Fact]
    public async Task Keys_OfAccountAndCertificate_AreInNoLogAndOnlyTheirOwners()
    {
        await using var house = await IssuedAsync();
        acme.Lies["order"] = _ => Reply.Problem("serverInternal", "not today");
        await house.FulfilAsync(house.Desk.Renew());

        using var issued = ECDsa.Create();
        issued.ImportFromPem(File.ReadAllText(folder["certificates/issued.pem"]).Split("END CERTIFICATE-----")[^1]);
        using var account = ECDsa.Create();
        account.ImportFromPem(new CertificateFolder(folder["certificates"]).Account!.Key);
        foreach (var key in (ECDsa[])[issued, account])
        {
            var secret = key.ExportParameters(includePrivateParameters: true).D!;
            foreach (var line in house.Log)
            {
                Assert.DoesNotContain(Convert.ToBase64String(secret), line, StringComparison.Ordinal);
                Assert.DoesNotContain(Convert.ToBase64String(key.ExportPkcs8PrivateKey())[30..60], line, StringComparison.Ordinal);
                Assert.DoesNotContain("PRIVATE KEY", line, StringComparison.Ordinal);
            }
        }

        Assert.All(Directory.GetFiles(folder["certificates"]), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder["certificates"]));
    }

    [Fact]
    public async Task Meter_OfDaysLeft_FollowsTheServed()
    {
        await using var house = await IssuedAsync();
        acme.Lies["order"] = _ => Reply.Problem("serverInternal", "not today");
        var (days, failed) = (double.NaN, 0L);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == "Rivet.Certificates" && instrument.Meter.Scope == house.Meters)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => days = value);
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => failed += tags[0].Value is "failed" ? value : 0);
        listener.Start();

        listener.RecordObservableInstruments();
        Assert.InRange(days, 89.9, 90);

        time.Advance(TimeSpan.FromDays(91));
        await house.BeatAsync();
        listener.RecordObservableInstruments();
        Assert.InRange(days, -1.1, -0.9);
        Assert.Equal(1, failed);
    }

    [Theory]
    [InlineData("settings.json")]
    [InlineData("account.json")]
    [InlineData("order.json")]
    [InlineData("wish.json")]
    [InlineData("issued.pem")]
    public async Task File_DamagedWhileRunning_LeavesTheServedAlone(string name)
    {
        await using var house = await IssuedAsync();
        var first = house.Served.Now.Fingerprint;
        var path = folder[$"certificates/{name}"];
        await File.WriteAllTextAsync(path, "{\"half", Encoding.UTF8, TestContext.Current.CancellationToken);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        time.Advance(TimeSpan.FromDays(70));

        await house.BeatAsync();
        await house.BeatAsync();

        Assert.True(house.Served.Now.Fingerprint == first || house.Served.Now.DaysLeft(time.GetUtcNow()) > 89);
    }

    public async ValueTask DisposeAsync()
    {
        await acme.DisposeAsync();
        folder.Dispose();
    }

    private async Task<TestHouse> IssuedAsync()
    {
        var house = new TestHouse(folder, time);
        Assert.Null(await house.FulfilAsync(house.Desk.Use(acme.Settings(Host))));
        Assert.Equal(CertificateSourceKind.Acme, house.Served.Now.Source);
        return house;
    }
}
