using System.Globalization;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Transit.Tests;

/// <summary>What is recorded of a call, and the bounds of requests.</summary>
public sealed class RecordTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private TransitHost host = null!;
    private Client app = null!;

    public async ValueTask InitializeAsync()
    {
        host = await TransitHost.StartAsync(folder, options => (options.LargestBody, options.LargestBatch) = (64 * 1024, 50));
        app = await host.ApplicationAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Call_OfManyItems_IsOneEventWithoutWhatTheyAre()
    {
        await app.MakeAsync("k");
        var before = (await host.EventsAsync()).Count;
        await app.DoAsync("encrypt/k", new { batch_input = Enumerable.Range(0, 50).Select(number => new { plaintext = Client.B64($"secret {number}") }) });

        var happened = Assert.Single((await host.EventsAsync()).Skip(before));
        Assert.Equal(("transit.used", EventOutcome.Success, app.Company, "transit-key"), (happened.Kind.Name, happened.Outcome, happened.Actor.Company, happened.Target.Kind));
        Assert.Equal(
            [("application", "shop"), ("count", "50"), ("key", "k"), ("operation", "encrypt"), ("version", "1")],
            happened.Details.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value)));
    }

    [Theory]
    [InlineData("decrypt/k", "vault:v1:AAAA", "forged")]
    [InlineData("decrypt/k", "vault:v9:AAAA", "version-unknown")]
    [InlineData("decrypt/none", "vault:v1:AAAA", "key-missing")]
    public async Task Call_Refused_IsRecordedWithItsReason(string path, string ciphertext, string reason)
    {
        await app.MakeAsync("k");
        Assert.Equal(400, (await app.PostAsync(path, new { ciphertext })).Status);
        var happened = (await host.EventsAsync()).Last();
        Assert.Equal(("transit.used", EventOutcome.Failure, reason, "decrypt"), (happened.Kind.Name, happened.Outcome, happened.Details["reason"], happened.Details["operation"]));
    }

    [Fact]
    public async Task KeyLife_IsRecordedStepByStep()
    {
        await app.MakeAsync("k");
        await app.DoAsync("keys/k/rotate");
        await app.DoAsync("keys/k/config", new { deletion_allowed = true, min_decryption_version = 2, min_encryption_version = 2 });
        await app.DoAsync("keys/k/trim", new { min_available_version = 2 });
        await app.CallAsync("DELETE", "transit/keys/k");
        await host.Applications.RemoveAsync(app.Permit, "shop", TransitHost.Ct);

        Assert.Equal(
            ["transit.application.added", "transit.key.created", "transit.key.rotated", "transit.key.configured", "transit.key.trimmed", "transit.key.deleted", "transit.application.removed"],
            (await host.EventsAsync()).Select(happened => happened.Kind.Name).Where(name => name.StartsWith("transit.", StringComparison.Ordinal)));
        var targets = (await host.EventsAsync()).Where(happened => happened.Kind.Name.StartsWith("transit.key.", StringComparison.Ordinal)).Select(happened => happened.Target.Id);
        Assert.NotEqual(Guid.Empty, Assert.Single(targets.Distinct()));
    }

    [Fact]
    public async Task Body_OutOfBounds_IsRefused()
    {
        await app.MakeAsync("k");
        (await app.PostAsync("encrypt/k", new { plaintext = new string('A', 64 * 1024) })).Refused(413, "too large");
        (await app.PostAsync("encrypt/k", new { batch_input = Enumerable.Repeat(new { plaintext = "" }, 51) })).Refused(400, "too many items");
        (await app.PostAsync("encrypt/k", """{"batch_input":[]}""")).Refused(400, "at least one item");
        (await app.PostAsync("encrypt/k", """{"batch_input":{}}""")).Refused(400, "no list");
        (await app.PostAsync("encrypt/k", """{"batch_input":[1]}""")).Refused(400, "no list");
        (await app.PostAsync("encrypt/k", """{"plaintext":["AAAA"]}""")).Refused(400, "no JSON object");
        (await app.PostAsync("encrypt/k", """{"plaintext":"","plaintext":"AAAA"}""")).Refused(400, "no JSON object");
        (await app.PostAsync("encrypt/k", "[]")).Refused(400, "no JSON object");
        (await app.PostAsync("encrypt/k", "{")).Refused(400, "no JSON object");
        (await app.PostAsync("encrypt/k", """{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}""")).Refused(400, "no JSON object");
        (await app.PostAsync("encrypt/k", "{\"plaintext\":\"\ud800\"}")).Refused(400, "");
        Assert.Equal(200, (await app.PostAsync("encrypt/k", """{"plaintext":"","batch_input":null}""")).Status);
    }

    [Fact]
    public async Task Body_LargerThanItSaid_IsRefused()
    {
        await app.MakeAsync("k");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/transit/encrypt/k") { Content = new StreamContent(new MemoryStream(new byte[200 * 1024])) };
        request.Headers.Add("X-Vault-Token", app.Token);
        request.Headers.TransferEncodingChunked = true;
        (await Reply.OfAsync(await host.Http.SendAsync(request, TransitHost.Ct))).Refused(413, "too large");
    }

    [Fact]
    public async Task Path_ThatIsNone_IsRefusedInTheApisForm()
    {
        (await app.CallAsync("GET", "transit/nothing")).Refused(404, "no handler");
        (await app.CallAsync("GET", "secret/data/x")).Refused(404, "no handler");
        (await app.CallAsync("DELETE", "transit/encrypt/k")).Refused(404, "no handler");
        (await app.CallAsync("GET", "transit/keys")).Refused(404, "no handler");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/transit/random");
        request.Headers.Add("X-Vault-Token", app.Token);
        request.Headers.Add("X-Vault-Wrap-TTL", "60s");
        (await Reply.OfAsync(await host.Http.SendAsync(request, TransitHost.Ct))).Refused(400, "response wrapping");
    }

    [Fact]
    public async Task Answers_AreNotToBeKept()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/transit/random");
        request.Headers.Add("X-Vault-Token", app.Token);
        using var response = await host.Http.SendAsync(request, TransitHost.Ct);
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Health_WithoutToken_SaysThatItIsWell()
    {
        var reply = await Reply.OfAsync(await host.Http.GetAsync("/v1/sys/health", TransitHost.Ct));
        Assert.Equal((200, true, false), (reply.Status, (bool)reply.Body!["initialized"]!, (bool)reply.Body["sealed"]!));
    }

    [Theory]
    [InlineData("en", "Cryptographic API")]
    [InlineData("zh-CN", "密码服务接口")]
    public async Task Status_CountsAndWarnsOfTokensThatRunOut(string language, string title)
    {
        await app.MakeAsync("k");
        await app.EncryptAsync("k", "x");
        var culture = CultureInfo.GetCultureInfo(language);
        StatusSection? section = null;
        foreach (var source in host.Status)
        {
            var read = await source.ReadAsync(culture, TransitHost.Ct);
            section = read.Title == title ? read : section;
        }

        Assert.Equal(["1", "1", "1"], section!.Lines.Select(line => line.Value));
        host.Time.Advance(TimeSpan.FromDays(20));
        var source2 = host.Status.Single(one => one.Order == 35);
        Assert.Equal(StatusLevel.Attention, (await source2.ReadAsync(culture, TransitHost.Ct)).Lines[0].Level);
    }
}
