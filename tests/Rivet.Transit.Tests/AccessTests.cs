using System.Net.Http.Headers;
using System.Text;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Transit.Tests;

/// <summary>Who may, and who may not.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private TransitHost host = null!;

    public async ValueTask InitializeAsync() => host = await TransitHost.StartAsync(folder);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Call_OfAnotherCompany_SeesNoKey()
    {
        var (ours, theirs) = (await host.ApplicationAsync(), await host.ApplicationAsync(grants: "*=decrypt,read,delete,config"));
        await ours.MakeAsync("k");
        var ciphertext = await ours.EncryptAsync("k", "x");

        (await theirs.PostAsync("decrypt/k", new { ciphertext })).Refused(400, "not found");
        Assert.Equal(404, (await theirs.CallAsync("GET", "transit/keys/k")).Status);
        Assert.Equal(404, (await theirs.CallAsync("LIST", "transit/keys")).Status);
    }

    [Fact]
    public async Task Call_KeyOfTheSameNameInAnotherCompany_OpensNothing()
    {
        var (ours, theirs) = (await host.ApplicationAsync(), await host.ApplicationAsync());
        await ours.MakeAsync("k");
        await theirs.MakeAsync("k");
        (await theirs.PostAsync("decrypt/k", new { ciphertext = await ours.EncryptAsync("k", "x") })).Refused(400, "changed");
    }

    [Fact]
    public async Task Call_OfAnotherApplicationOfTheCompany_IsAsIfTheKeyWereNotThere()
    {
        var permit = await host.FoundAsync();
        var (owner, other) = (await host.ApplicationAsync(permit), await host.ApplicationAsync(permit, "other"));
        await owner.MakeAsync("k");
        var ciphertext = await owner.EncryptAsync("k", "x");

        (await other.PostAsync("decrypt/k", new { ciphertext })).Refused(400, "not found");
        (await other.PostAsync("keys/k/rotate")).Refused(400, "not found");
        (await other.PostAsync("keys/k")).Refused(400, "already");
        Assert.Equal(404, (await other.CallAsync("GET", "transit/keys/k")).Status);
        Assert.Equal(404, (await other.CallAsync("LIST", "transit/keys")).Status);
        Assert.Equal("x", await owner.DecryptAsync("k", ciphertext));
    }

    [Fact]
    public async Task Call_OperationOrKeyNotGranted_IsDenied()
    {
        var permit = await host.FoundAsync();
        var owner = await host.ApplicationAsync(permit);
        await owner.MakeAsync("orders-1");
        await owner.MakeAsync("people-1");
        var ciphertext = await owner.EncryptAsync("orders-1", "x");
        var writer = await host.ApplicationAsync(permit, "writer", 30, "orders-*=encrypt");

        Assert.StartsWith("vault:v1:", await writer.EncryptAsync("orders-1", "y"), StringComparison.Ordinal);
        (await writer.PostAsync("decrypt/orders-1", new { ciphertext })).Refused(403, "permission denied");
        (await writer.PostAsync("encrypt/people-1", new { plaintext = "" })).Refused(403, "permission denied");
        (await writer.PostAsync("encrypt/unknown", new { plaintext = "" })).Refused(403, "permission denied");
        (await writer.PostAsync("keys/orders-2")).Refused(403, "permission denied");
        (await writer.PostAsync("random")).Refused(403, "permission denied");
        (await writer.PostAsync("datakey/plaintext/orders-1")).Refused(403, "permission denied");
        (await writer.CallAsync("GET", "transit/keys/orders-1")).Refused(403, "permission denied");
        (await writer.CallAsync("GET", "transit/wrapping_key")).Refused(403, "permission denied");
        Assert.Equal(["orders-1"], (await writer.CallAsync("LIST", "transit/keys")).Data["keys"]!.AsArray().Select(name => (string)name!));
    }

    [Fact]
    public async Task Call_GrantedCreateAlone_MayNotUseWhatItMade()
    {
        var maker = await host.ApplicationAsync(grants: "a-*=create,datakey-wrapped");
        await maker.MakeAsync("a-1");
        (await maker.PostAsync("encrypt/a-1", new { plaintext = "" })).Refused(403, "permission denied");
        (await maker.PostAsync("datakey/plaintext/a-1")).Refused(403, "permission denied");
        Assert.Null((await maker.DoAsync("datakey/wrapped/a-1"))["plaintext"]);
        (await maker.PostAsync("keys/b-1")).Refused(403, "permission denied");
    }

    [Fact]
    public async Task Call_TokenTakenBack_IsRefusedAtOnce()
    {
        var permit = await host.FoundAsync();
        var app = await host.ApplicationAsync(permit);
        await app.MakeAsync("k");

        Assert.True((await host.Applications.RemoveAsync(permit, "shop", TransitHost.Ct)).IsOk);

        (await app.PostAsync("encrypt/k", new { plaintext = "" })).Refused(403, "taken back");
        var refused = (await host.EventsAsync()).Last();
        Assert.Equal(("transit.token.refused", "removed", permit.Company), (refused.Kind.Name, refused.Details["cause"], refused.Actor.Company));
        Assert.Equal(TransitRefusal.Unknown, (await host.Applications.RemoveAsync(permit, "shop", TransitHost.Ct)).Refusal);
    }

    [Fact]
    public async Task Call_TokenRunOut_IsRefused()
    {
        var app = await host.ApplicationAsync(days: 1);
        await app.MakeAsync("k");
        host.Time.Advance(TimeSpan.FromDays(1));
        (await app.PostAsync("encrypt/k", new { plaintext = "" })).Refused(403, "run out");
        Assert.Equal("expired", (await host.EventsAsync()).Last().Details["cause"]);
    }

    [Theory]
    [InlineData("rivet-app-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("hvs.CAESIJ")]
    [InlineData("rivet-log-AAAA")]
    public async Task Call_UnknownToken_IsRefusedAndRecorded(string token)
    {
        (await SendAsync(token)).Refused(403, "permission denied");
        var refused = Assert.Single(await host.EventsAsync(), happened => happened.Kind.Name == "transit.token.refused");
        Assert.Equal((default, "unknown"), (refused.Actor.Company, refused.Details["cause"]));
        Assert.DoesNotContain(refused.Details.Values, value => value.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_WithoutToken_IsRefused()
        => (await Reply.OfAsync(await host.Http.PostAsync("/v1/transit/random", null, TransitHost.Ct))).Refused(403, "missing client token");

    [Fact]
    public async Task Call_TooManyBadTokens_IsLimitedWithoutHoldingUpGoodOnes()
    {
        var app = await host.ApplicationAsync();
        for (var at = 0; at < 30; at++)
        {
            Assert.Equal(403, (await SendAsync("bad")).Status);
        }

        Assert.Equal(429, (await SendAsync("bad")).Status);
        Assert.Equal(200, (await app.PostAsync("random")).Status);
        Assert.Equal(30, (await host.EventsAsync()).Count(happened => happened.Kind.Name == "transit.token.refused"));
        host.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(403, (await SendAsync("bad")).Status);
    }

    [Fact]
    public async Task Call_TokenAsBearer_IsKnown()
    {
        var app = await host.ApplicationAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/auth/token/lookup-self");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", app.Token);
        var reply = await Reply.OfAsync(await host.Http.SendAsync(request, TransitHost.Ct));
        Assert.Equal((200, "shop"), (reply.Status, (string)reply.Data["display_name"]!));
        Assert.Equal(30 * 86_400, (long)reply.Data["ttl"]!);
        Assert.DoesNotContain(app.Token, reply.Body!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_OutOfBounds_IsRefused()
    {
        var permit = await host.FoundAsync();
        Assert.True((await host.Applications.AddAsync(permit, "a", [], 1, TransitHost.Ct)).IsOk);
        Assert.Equal(TransitRefusal.NameTaken, (await host.Applications.AddAsync(permit, " a ", [], 1, TransitHost.Ct)).Refusal);
        Assert.Equal(TransitRefusal.NameInvalid, (await host.Applications.AddAsync(permit, "\n", [], 1, TransitHost.Ct)).Refusal);
        Assert.Equal(TransitRefusal.NameInvalid, (await host.Applications.AddAsync(permit, new string('a', 65), [], 1, TransitHost.Ct)).Refusal);
        Assert.Equal(TransitRefusal.DaysInvalid, (await host.Applications.AddAsync(permit, "b", [], 0, TransitHost.Ct)).Refusal);
        Assert.Equal(TransitRefusal.DaysInvalid, (await host.Applications.AddAsync(permit, "b", [], 3651, TransitHost.Ct)).Refusal);
        foreach (var grant in (TransitGrant[])[new("a b", ["encrypt"]), new("", ["encrypt"]), new("*", []), new("*", ["export"]), new("**", ["encrypt"]), new("*", ["oneself"])])
        {
            Assert.Equal(TransitRefusal.GrantInvalid, (await host.Applications.AddAsync(permit, "b", [grant], 1, TransitHost.Ct)).Refusal);
        }
    }

    [Fact]
    public async Task Add_WithAPermitForSomethingElse_IsRefused()
    {
        var (ours, theirs) = (await host.FoundAsync(), await host.FoundAsync());
        Assert.True((await host.Applications.AddAsync(ours, "a", [], 1, TransitHost.Ct)).IsOk);
        Assert.Empty((await host.Applications.ListAsync(theirs, TransitHost.Ct)).Value);
        Assert.Equal(TransitRefusal.Unknown, (await host.Applications.RemoveAsync(theirs, "a", TransitHost.Ct)).Refusal);
    }

    [Fact]
    public async Task List_OfApplicationsAndKeys_SaysWhatTheyAreAndDid()
    {
        var permit = await host.FoundAsync();
        var app = await host.ApplicationAsync(permit, "shop", 30);
        await host.ApplicationAsync(permit, "idle", 30, "a-*=encrypt,decrypt");
        await app.MakeAsync("k");
        await app.DoAsync("encrypt/k", new { batch_input = new[] { new { plaintext = "" }, new { plaintext = "" } } });

        var (idle, shop) = ((await host.Applications.ListAsync(permit, TransitHost.Ct)).Value[0], (await host.Applications.ListAsync(permit, TransitHost.Ct)).Value[1]);
        Assert.Equal((null, host.Time.GetUtcNow()), (idle.LastUsedAt, shop.LastUsedAt));
        Assert.Equal(["encrypt", "decrypt"], idle.Grants[0].Operations);
        var key = Assert.Single((await host.Applications.ListKeysAsync(permit, TransitHost.Ct)).Value);
        Assert.Equal(("k", "aes256-gcm96", "shop", 1, 2L), (key.Name, key.Type, key.Owner, key.Latest, key.Uses));
    }

    [Fact]
    public async Task Store_OfTokensAndKeys_HoldsNeither()
    {
        var app = await host.ApplicationAsync();
        await app.MakeAsync("k", "rsa-2048");
        await app.EncryptAsync("k", "top-secret-plaintext");

        var stored = Directory.EnumerateFiles(folder["data"], "rivet.db*").SelectMany(ReadShared).ToArray();

        Assert.True(stored.AsSpan().IndexOf("transit_application"u8) >= 0, "the store is read");
        Assert.True(stored.AsSpan().IndexOf(Encoding.ASCII.GetBytes(app.Token)) < 0, "the token");
        Assert.True(stored.AsSpan().IndexOf("top-secret-plaintext"u8) < 0, "the plaintext");
        Assert.True(stored.AsSpan().IndexOf(Convert.FromHexString("300D06092A864886F70D010101050004")) < 0, "a private RSA key");
        Assert.True(stored.AsSpan().IndexOf("BEGIN PUBLIC KEY"u8) >= 0, "a public one is");
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private async Task<Reply> SendAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/transit/random");
        request.Headers.Add("X-Vault-Token", token);
        return await Reply.OfAsync(await host.Http.SendAsync(request, TransitHost.Ct));
    }
}
