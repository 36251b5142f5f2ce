using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Vault;

namespace Rivet.Audit.Tests.Exporting;

/// <summary>What leaves for a webhook, and what becomes of it when the receiver fails, waits, lies or attacks.</summary>
public sealed class ExportWebhookTests : IAsyncLifetime
{
    private ExportWorld world = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => world = await ExportWorld.StartAsync();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task RunOnce_Receiver_GetsEveryEntryOnceInOrderAndSigned()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await world.RecordAsync(600);
        await world.AddAsync(receiver.Form());
        var size = (await world.Host.StoredAsync(world.Company)).Row.Size;
        Assert.Equal(size, await world.RunAsync());
        Assert.Equal(0, await world.RunAsync());
        Assert.Equal(Enumerable.Range(0, (int)size).Select(at => (long)at), receiver.Requests.SelectMany(request => request.Sequences));
        Assert.All(receiver.Requests, request => Assert.True(request.IsSignedWith(WebhookReceiver.Secret)));
        Assert.All(receiver.Requests, request => Assert.False(request.IsSignedWith("another secret of some length")));
        Assert.All(receiver.Requests, request => Assert.Equal("application/x-ndjson", request.ContentType));
        Assert.Equal(receiver.Requests.Count, receiver.Requests.Select(request => request.Delivery).Distinct().Count());
        var listed = await world.ListedAsync();
        Assert.Equal((size, 0L, null, ExportStep.Sent, "localhost"), (listed.Sent, listed.Behind, listed.FailingSince, listed.Step, listed.Host));
    }

    [Fact]
    public async Task RunOnce_Signature_IsWhatOpensslComputesToo()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await world.AddAsync(receiver.Form());
        await world.RunAsync();
        var request = receiver.Requests.First();
        var time = request.Signature.Split(',')[0][2..];
        await File.WriteAllBytesAsync(world.Folder["signed"], [.. Encoding.ASCII.GetBytes(time + "."), .. request.Body], Ct);
        var end = await Programs.RunAsync(Programs.Require("openssl"), ["dgst", "-sha256", "-hmac", WebhookReceiver.Secret, world.Folder["signed"]], null, Ct);
        Assert.EndsWith("= " + request.Signature.Split("v1=")[1], end.Output.Trim(), StringComparison.Ordinal);
        Assert.Equal(world.Host.Time.GetUtcNow().ToUnixTimeSeconds(), long.Parse(time, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task RunOnce_RefusedThenTaken_LosesNothingAndKeepsTheBatchAndItsOrder()
    {
        await using var receiver = await WebhookReceiver.StartAsync(500);
        await world.RecordAsync(3, "first");
        await world.AddAsync(receiver.Form());
        Assert.Equal(0, await world.RunAsync());
        Assert.Equal((ExportStep.Refused, 500), ((await world.ListedAsync()).Step, (await world.ListedAsync()).Status));

        // Entries that come meanwhile wait for the batch that was not taken; not even a restart changes it.
        await world.RecordAsync(2, "second");
        Assert.Equal(0, await world.RunAsync());
        await world.RestartAsync();
        Assert.True(await world.RunAsync() > 0);
        var (failed, again, rest) = (receiver.Requests.ElementAt(0), receiver.Requests.ElementAt(1), receiver.Requests.ElementAt(2));
        Assert.Equal(failed.Delivery, again.Delivery);
        Assert.Equal(failed.Body, again.Body);
        Assert.Equal(["second", "second"], rest.Kinds);
        Assert.Equal(failed.Sequences.Length, rest.Sequences[0]);
        Assert.Null((await world.ListedAsync()).FailingSince);
    }

    [Fact]
    public async Task RunOnce_Failures_AreFurtherAndFurtherApartUpToFiveMinutes()
    {
        await using var receiver = await WebhookReceiver.StartAsync([.. Enumerable.Repeat(500, 100)]);
        await world.AddAsync(receiver.Form());
        await world.RunAsync();
        foreach (var seconds in new[] { 5, 10, 20, 40, 80, 160, 300, 300 })
        {
            var before = receiver.Requests.Count;
            world.Host.Time.Advance(TimeSpan.FromSeconds(seconds - 1));
            await world.RunAsync();
            Assert.Equal(before, receiver.Requests.Count);
            world.Host.Time.Advance(TimeSpan.FromSeconds(1));
            await world.RunAsync();
            Assert.Equal(before + 1, receiver.Requests.Count);
        }
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("1", 5)]
    [InlineData("86400", 900)]
    [InlineData("-5", 5)]
    [InlineData("soon", 5)]
    [InlineData("Sun, 01 Mar 2026 12:02:00 GMT", 120)]
    public async Task RunOnce_RetryAfter_IsHeededWithinBounds(string said, int seconds)
    {
        await using var receiver = await WebhookReceiver.StartAsync((context, number) =>
        {
            context.Response.StatusCode = number == 1 ? 429 : 200;
            context.Response.Headers.RetryAfter = said;
            return Task.CompletedTask;
        });
        await world.AddAsync(receiver.Form());
        Assert.Equal(0, await world.RunAsync());
        Assert.Equal(ExportStep.Busy, (await world.ListedAsync()).Step);
        world.Host.Time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Equal(0, await world.RunAsync());
        world.Host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await world.RunAsync() > 0);
    }

    [Fact]
    public async Task RunOnce_NeverAnswering_HoldsUpNobodyAndEndsAfterItsTime()
    {
        await using var silent = await WebhookReceiver.StartAsync((context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var receiver = await WebhookReceiver.StartAsync();
        await world.AddAsync(silent.Form("silent"));
        var first = world.RunAsync();
        await silent.Asked;
        await world.AddAsync(receiver.Form());
        Assert.Equal(3, await world.RunAsync());
        await world.RecordAsync(1);
        Assert.Equal(1, await world.RunAsync());
        Assert.False(first.IsCompleted);
        Assert.Single(silent.Requests);
        world.Host.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, await first);
        Assert.Equal(0, (await world.ListedAsync("hook")).Behind);
        Assert.Equal((ExportStep.Confirm, 4L), ((await world.ListedAsync("silent")).Step, (await world.ListedAsync("silent")).Behind));
    }

    [Fact]
    public async Task RunOnce_Redirect_IsNotFollowed()
    {
        await using var elsewhere = await WebhookReceiver.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync((context, _) =>
        {
            context.Response.Redirect(elsewhere.Url, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });
        await world.AddAsync(receiver.Form());
        Assert.Equal(0, await world.RunAsync());
        Assert.Empty(elsewhere.Requests);
        Assert.Equal((ExportStep.Redirected, 307), ((await world.ListedAsync()).Step, (await world.ListedAsync()).Status));
    }

    [Fact]
    public async Task RunOnce_EndlessAnswer_IsNotRead()
    {
        var ended = new TaskCompletionSource();
        await using var receiver = await WebhookReceiver.StartAsync(async (context, _) =>
        {
            try
            {
                while (true)
                {
                    await context.Response.Body.WriteAsync(new byte[4096], context.RequestAborted);
                }
            }
            catch (Exception closed) when (closed is OperationCanceledException or IOException)
            {
                ended.TrySetResult();
            }
        });
        await world.AddAsync(receiver.Form());
        Assert.True(await world.RunAsync() > 0);
        await ended.Task.WaitAsync(Ct);
    }

    [Fact]
    public async Task RunOnce_EndlessHeaders_AreNotTaken()
    {
        await using var receiver = await WebhookReceiver.StartAsync((context, _) =>
        {
            context.Response.Headers["x"] = new string('a', 64 * 1024);
            return Task.CompletedTask;
        });
        await world.AddAsync(receiver.Form());
        Assert.Equal(0, await world.RunAsync());
        Assert.Equal(ExportStep.Confirm, (await world.ListedAsync()).Step);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")]
    public async Task RunOnce_CertificateOfAnother_SendsNothing(string pinned)
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await world.AddAsync(receiver.Form() with { Certificate = pinned });
        Assert.Equal(0, await world.RunAsync());
        Assert.Empty(receiver.Requests);
        Assert.Equal(ExportStep.Trust, (await world.ListedAsync()).Step);
    }

    [Fact]
    public async Task RunOnce_HostileValues_StayInsideTheirStrings()
    {
        string[] hostile = ["=HYPERLINK(1)", "+1", "-1", "@x", "\r\n{\"a\":1}\r\n", "\u2028\u2029\u0085", "\0\u001b[2J", "\"]}\\", "<script>", new('\u4e2d', 256)];
        await using var receiver = await WebhookReceiver.StartAsync();
        await world.Host.RecordAsync([.. hostile.Select(value => world.Host.Event(world.Company, "hostile") with { Details = new Dictionary<string, string> { ["a"] = value } })]);
        await world.AddAsync(receiver.Form());
        await world.RunAsync();
        var request = Assert.Single(receiver.Requests);
        Assert.All(request.Body, one => Assert.True(one is (byte)'\n' or (>= 0x20 and < 0x7F)));
        var lines = request.Lines.Where(line => line.GetProperty("metadata").GetProperty("event_code").GetString() == "hostile").ToArray();
        Assert.Equal(hostile, lines.Select(line => line.GetProperty("unmapped").GetProperty("a").GetString()));
        Assert.All(Encoding.ASCII.GetString(request.Body).TrimEnd('\n').Split('\n'), line => Assert.StartsWith("{\"time\":", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunOnce_OtherCompany_IsNeverInIt()
    {
        var other = new CompanyId(Guid.CreateVersion7());
        await using var mine = await WebhookReceiver.StartAsync();
        await using var theirs = await WebhookReceiver.StartAsync();
        await world.RecordAsync(5, "mine");
        await world.RecordAsync(5, "theirs", other);
        await world.Host.RecordAsync(world.Host.Event(default, "the-platforms"));
        await world.AddAsync(mine.Form());
        await world.AddAsync(theirs.Form(), other);
        await world.RunAsync();
        Assert.Equal(5, mine.Requests.SelectMany(request => request.Kinds).Count(kind => kind == "mine"));
        Assert.Equal(5, theirs.Requests.SelectMany(request => request.Kinds).Count(kind => kind == "theirs"));
        Assert.All(mine.Requests.SelectMany(request => request.Kinds), kind => Assert.True(kind is "mine" or "audit.export.added" or "vault.signing-key.made", kind));
        Assert.All(mine.Requests.SelectMany(request => request.Lines), line => Assert.EndsWith(world.Company.ToString(), line.GetProperty("metadata").GetProperty("log_name").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunOnce_Filter_SendsWhatIsWantedAndGoesPastTheRest()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var grave = await WebhookReceiver.StartAsync();
        var logon = world.Host.Event(world.Company) with { Kind = new("logon", OcsfType.Logon, EventSeverity.High, "zweck", "a") };
        await world.RecordAsync(300);
        await world.Host.RecordAsync(logon);
        await world.RecordAsync(2);
        await world.AddAsync(receiver.Form() with { Classes = [3002] });
        await world.AddAsync(grave.Form("grave") with { LeastSeverity = 4 });
        Assert.Equal(2, await world.RunAsync());
        Assert.Equal(["logon"], Assert.Single(receiver.Requests).Kinds);
        Assert.Equal(["logon"], Assert.Single(grave.Requests).Kinds);
        Assert.Equal((0L, 1L), ((await world.ListedAsync("hook")).Behind, (await world.ListedAsync("hook")).Sent));
    }

    [Fact]
    public async Task RunOnce_DestroyedContent_IsSentAsDestroyed()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await world.RecordAsync(1);
        await world.Host.Vault.DestroyAsync(KeyScope.Of(world.Company, AuditEvents.KeysOf(3004), KeyPeriod.Of(world.Host.Time.GetUtcNow())), Ct);
        await world.AddAsync(receiver.Form() with { Classes = [3004] });
        await world.RunAsync();
        var line = receiver.Requests.First().Lines[0];
        Assert.Equal("destroyed", line.GetProperty("unmapped").GetProperty("content").GetString());
        Assert.Equal("identity.device.enrolled", line.GetProperty("metadata").GetProperty("event_code").GetString());
    }

    [Fact]
    public async Task RunOnce_BatchAboveAMebibyte_IsCut()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await world.Host.RecordAsync([.. Enumerable.Range(0, 250).Select(_ => world.Host.Event(world.Company) with
        {
            Details = new Dictionary<string, string> { ["zweck"] = new('\u4e2d', 256), ["a"] = new('\u4e2d', 256), ["b"] = new('\u4e2d', 256), ["c"] = new('\u4e2d', 256) },
            Kind = new("long", OcsfType.EntityCreated, EventSeverity.Low, "zweck", "a", "b", "c"),
        })]);
        await world.AddAsync(receiver.Form());
        await world.RunAsync();
        Assert.True(receiver.Requests.Count > 1);
        Assert.All(receiver.Requests, request => Assert.InRange(request.Body.Length, 1, 1024 * 1024 + 1000));
        var sequences = receiver.Requests.SelectMany(request => request.Sequences).ToArray();
        Assert.Equal(Enumerable.Range(0, sequences.Length).Select(at => (long)at), sequences);
    }
}
