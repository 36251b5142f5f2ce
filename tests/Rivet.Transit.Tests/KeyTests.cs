using System.Text.Json.Nodes;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Transit.Keys;
using Rivet.Vault;

namespace Rivet.Transit.Tests;

/// <summary>A key's life: made, configured, rotated, trimmed, deleted, destroyed.</summary>
public sealed class KeyTests : IAsyncLifetime
{
    private const int SealsPerVersion = 40;
    private readonly TempFolder folder = new();
    private TransitHost host = null!;
    private Client app = null!;

    public async ValueTask InitializeAsync()
    {
        host = await TransitHost.StartAsync(folder, options => (options.SealsPerVersion, options.LargestBatch, options.VersionsPerKey, options.KeysPerCompany) = (SealsPerVersion, 30, 6, 12));
        app = await host.ApplicationAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Create_AnyType_ShowsWhatItIs()
    {
        foreach (var type in (string[])["aes256-gcm96", "chacha20-poly1305", "ed25519", "ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "rsa-4096", "hmac"])
        {
            var made = await app.DoAsync($"keys/{type}", new { type });
            var read = (await app.CallAsync("GET", $"transit/keys/{type}")).Data;
            Assert.Equal(made.ToJsonString(), read.ToJsonString());
            Assert.Equal((type, 1, 1, 0, false, false), ((string)read["type"]!, (int)read["latest_version"]!, (int)read["min_decryption_version"]!, (int)read["min_encryption_version"]!, (bool)read["exportable"]!, (bool)read["deletion_allowed"]!));
            Assert.Equal(type[0] is 'e' or 'r', (bool)read["supports_signing"]!);
        }

        var keys = (await app.CallAsync("GET", "transit/keys?list=true")).Data["keys"]!.AsArray();
        Assert.Equal(9, keys.Count);
    }

    [Fact]
    public async Task Create_Again_ChangesNothingAndSaysSo()
    {
        await app.MakeAsync("k");
        var ciphertext = await app.EncryptAsync("k", "x");
        var again = await app.PostAsync("keys/k");
        Assert.Equal(200, again.Status);
        Assert.Contains("existed", (string)again.Body!["warnings"]![0]!, StringComparison.Ordinal);
        Assert.Equal("x", await app.DecryptAsync("k", ciphertext));
        (await app.PostAsync("keys/k", new { type = "ed25519" })).Refused(400, "another type");
        (await app.PostAsync("keys/k", new { derived = true })).Refused(400, "another type or derivation");
    }

    [Theory]
    [InlineData("""{"type":"aes128-gcm96"}""", "unknown key type")]
    [InlineData("""{"exportable":true}""", "never leave")]
    [InlineData("""{"allow_plaintext_backup":"true"}""", "never leave")]
    [InlineData("""{"derived":true,"convergent_encryption":true}""", "convergent")]
    [InlineData("""{"type":"rsa-2048","derived":true}""", "does not support derivation")]
    [InlineData("""{"key_size":64}""", "hmac keys")]
    [InlineData("""{"type":"hmac","key_size":31}""", "32 to 512")]
    [InlineData("""{"auto_rotate_period":"59m"}""", "from one hour")]
    [InlineData("""{"auto_rotate_period":"soon"}""", "from one hour")]
    [InlineData("""{"derived":"perhaps"}""", "another type")]
    public async Task Create_WhatDoesNotExistHere_IsRefused(string body, string part)
    {
        (await app.PostAsync("keys/k", body)).Refused(400, part);
        Assert.Equal(404, (await app.CallAsync("GET", "transit/keys/k")).Status);
    }

    [Theory]
    [InlineData("-a")]
    [InlineData("a.")]
    [InlineData("a%20b")]
    [InlineData("a%2Fb")]
    [InlineData("%C3%A9")]
    public async Task Create_OtherNames_AreRefused(string name) => Assert.Equal(400, (await app.PostAsync($"keys/{name}")).Status);

    [Fact]
    public async Task Create_MoreThanACompanyMayHave_IsRefused()
    {
        for (var at = 0; at < 12; at++)
        {
            await app.MakeAsync($"k{at}");
        }

        (await app.PostAsync("keys/more")).Refused(400, "as many keys");
    }

    [Fact]
    public async Task Export_AndBackupAndRestore_DoNotExist()
    {
        await app.MakeAsync("k");
        (await app.CallAsync("GET", "transit/export/encryption-key/k/1")).Refused(400, "never leave");
        (await app.CallAsync("GET", "transit/backup/k")).Refused(400, "never leave");
        (await app.CallAsync("GET", "transit/byok-export/k/k")).Refused(400, "never leave");
        (await app.PostAsync("restore/k", new { backup = "AAAA" })).Refused(400, "never leave");
    }

    [Fact]
    public async Task Config_MinimumDecryption_ForbidsOlderCiphertexts()
    {
        await app.MakeAsync("k");
        var old = await app.EncryptAsync("k", "x");
        await app.DoAsync("keys/k/rotate");
        var data = await app.DoAsync("keys/k/config", new { min_decryption_version = 2 });

        Assert.Equal(["2"], data["keys"]!.AsObject().Select(pair => pair.Key));
        (await app.PostAsync("decrypt/k", new { ciphertext = old })).Refused(400, "too old");
        (await app.PostAsync("rewrap/k", new { ciphertext = old })).Refused(400, "too old");
        (await app.PostAsync("encrypt/k", new { plaintext = "", key_version = 1 })).Refused(400, "too old");
        await app.DoAsync("keys/k/config", new { min_decryption_version = 1 });
        Assert.Equal("x", await app.DecryptAsync("k", old));
    }

    [Theory]
    [InlineData(3, null, "min_decryption_version is")]
    [InlineData(null, 3, "min_encryption_version is")]
    [InlineData(2, 1, "min_encryption_version is")]
    public async Task Config_OutOfBounds_IsRefused(int? decryption, int? encryption, string part)
    {
        await app.MakeAsync("k");
        await app.DoAsync("keys/k/rotate");
        var body = new JsonObject();
        if (decryption is { } least)
        {
            body["min_decryption_version"] = least;
        }

        if (encryption is { } lowest)
        {
            body["min_encryption_version"] = lowest;
        }

        (await app.PostAsync("keys/k/config", body)).Refused(400, part);
    }

    [Fact]
    public async Task Config_MinimumEncryption_ForbidsOlderVersionsOnly()
    {
        await app.MakeAsync("k");
        await app.DoAsync("keys/k/rotate");
        Assert.StartsWith("vault:v1:", await app.EncryptAsync("k", "x", new { key_version = 1 }), StringComparison.Ordinal);
        var old = await app.EncryptAsync("k", "x", new { key_version = "1" });
        await app.DoAsync("keys/k/config", new { min_encryption_version = 2 });
        (await app.PostAsync("encrypt/k", new { plaintext = "", key_version = 1 })).Refused(400, "too old");
        Assert.Equal("x", await app.DecryptAsync("k", old));
    }

    [Fact]
    public async Task Trim_BelowBothMinimums_DestroysTheVersions()
    {
        await app.MakeAsync("k");
        var old = await app.EncryptAsync("k", "x");
        await app.DoAsync("keys/k/rotate");
        (await app.PostAsync("keys/k/trim", new { min_available_version = 2 })).Refused(400, "set both first");
        await app.DoAsync("keys/k/config", new { min_decryption_version = 2, min_encryption_version = 2 });
        (await app.PostAsync("keys/k/trim", new { min_available_version = 3 })).Refused(400, "set both first");

        Assert.Equal(204, (await app.PostAsync("keys/k/trim", new { min_available_version = 2 })).Status);

        (await app.PostAsync("keys/k/config", new { min_decryption_version = 1 })).Refused(400, "min_decryption_version");
        (await app.PostAsync("decrypt/k", new { ciphertext = old })).Refused(400, "too old");
        Assert.Equal(1, await host.Store.ReadAsync(session => session.QueryFirst("SELECT count(*) FROM transit_version", row => row.GetInt64(0)), TransitHost.Ct));
    }

    [Fact]
    public async Task Delete_OnlyWhenAllowed_IsForGood()
    {
        await app.MakeAsync("k");
        var ciphertext = await app.EncryptAsync("k", "x");
        (await app.CallAsync("DELETE", "transit/keys/k")).Refused(400, "deletion is not allowed");
        await app.DoAsync("keys/k/config", new { deletion_allowed = true });

        Assert.Equal(204, (await app.CallAsync("DELETE", "transit/keys/k")).Status);

        (await app.PostAsync("decrypt/k", new { ciphertext })).Refused(400, "not found");
        Assert.Equal(404, (await app.CallAsync("GET", "transit/keys/k")).Status);
        await app.MakeAsync("k");
        (await app.PostAsync("decrypt/k", new { ciphertext })).Refused(400, "changed");
    }

    [Fact]
    public async Task Rotate_ManyAtOnce_MakesEachVersionOnce()
    {
        await app.MakeAsync("k");
        var replies = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.PostAsync("keys/k/rotate")));

        var rotated = replies.Count(reply => reply.Status == 200);
        Assert.All(replies, reply => Assert.True(reply.Status is 200 or 503, reply.Error));
        Assert.Equal(1 + rotated, (int)(await app.CallAsync("GET", "transit/keys/k")).Data["latest_version"]!);
        Assert.Equal(rotated, replies.Where(reply => reply.Status == 200).Select(reply => (int)reply.Data["latest_version"]!).Distinct().Count());
    }

    [Fact]
    public async Task Rotate_MoreThanAKeyMayHave_WantsTrimming()
    {
        await app.MakeAsync("k");
        for (var at = 0; at < 5; at++)
        {
            await app.DoAsync("keys/k/rotate");
        }

        (await app.PostAsync("keys/k/rotate")).Refused(400, "trim it first");
        await app.DoAsync("keys/k/config", new { min_decryption_version = 4, min_encryption_version = 4 });
        Assert.Equal(204, (await app.PostAsync("keys/k/trim", new { min_available_version = 4 })).Status);
        await app.DoAsync("keys/k/rotate");
    }

    [Fact]
    public async Task Encrypt_UpToTheBoundOfAVersion_RotatesBeforeIt()
    {
        await app.MakeAsync("k");
        var batch = new { batch_input = Enumerable.Repeat(new { plaintext = "" }, 25).ToArray() };
        var first = await app.DoAsync("encrypt/k", batch);
        var second = await app.DoAsync("encrypt/k", batch);

        Assert.All(first["batch_results"]!.AsArray(), result => Assert.Equal(1, (int)result!["key_version"]!));
        Assert.All(second["batch_results"]!.AsArray(), result => Assert.Equal(2, (int)result!["key_version"]!));
        Assert.Equal([25L, 25L], await SealsAsync());
        var rotated = Assert.Single(await host.EventsAsync(), happened => happened.Kind.Name == "transit.key.rotated");
        Assert.Equal("encryptions", rotated.Details["cause"]);
    }

    [Fact]
    public async Task Encrypt_AtOnceAcrossTheBound_NeverPassesIt()
    {
        await app.MakeAsync("k");
        var batch = new { batch_input = Enumerable.Repeat(new { plaintext = "" }, 15).ToArray() };
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => app.PostAsync("encrypt/k", batch)));

        Assert.All(replies, reply => Assert.True(reply.Status is 200 or 503, reply.Error));
        Assert.Contains(replies, reply => reply.Status == 200);
        Assert.All(await SealsAsync(), seals => Assert.InRange(seals, 0, SealsPerVersion));
        Assert.Equal(15 * replies.Count(reply => reply.Status == 200), (await SealsAsync()).Sum());
    }

    [Fact]
    public async Task Encrypt_UnderAnOldVersionThatIsUsedUp_IsRefused()
    {
        await app.MakeAsync("k");
        await app.DoAsync("keys/k/rotate");
        var batch = new { batch_input = Enumerable.Repeat(new { plaintext = "", key_version = 1 }, 30).ToArray() };
        await app.DoAsync("encrypt/k", batch);
        var reply = await app.PostAsync("encrypt/k", batch);
        Assert.Equal(400, reply.Status);
        Assert.Equal(10, reply.Data["batch_results"]!.AsArray().Count(result => result!["ciphertext"] is not null));
        Assert.Equal(SealsPerVersion, (await SealsAsync())[0]);
    }

    [Fact]
    public async Task Use_AfterItsPeriod_RotatesByItself()
    {
        await app.DoAsync("keys/k", new { auto_rotate_period = "24h" });
        var old = await app.EncryptAsync("k", "x");
        host.Time.Advance(TimeSpan.FromHours(24));
        Assert.StartsWith("vault:v2:", await app.EncryptAsync("k", "y"), StringComparison.Ordinal);
        Assert.Equal("x", await app.DecryptAsync("k", old));
        Assert.Equal("period", Assert.Single(await host.EventsAsync(), happened => happened.Kind.Name == "transit.key.rotated").Details["cause"]);
    }

    [Fact]
    public async Task Encrypt_AfterARestore_BeginsANewVersion()
    {
        await app.MakeAsync("k");
        var old = await app.EncryptAsync("k", "x");
        await host.Store.WriteAsync(KeyTable.EndVersions, TransitHost.Ct);
        Assert.StartsWith("vault:v2:", await app.EncryptAsync("k", "y"), StringComparison.Ordinal);
        Assert.Equal("x", await app.DecryptAsync("k", old));
    }

    [Fact]
    public async Task Use_AfterTheCompanysKeyIsDestroyed_IsGoneForGoodAndOthersAreNot()
    {
        var other = await host.ApplicationAsync();
        await app.MakeAsync("k");
        await other.MakeAsync("k");
        var (ours, theirs) = (await app.EncryptAsync("k", "x"), await other.EncryptAsync("k", "x"));

        Assert.Equal(1, (await host.Vault.DestroyAsync(KeyScope.Of(app.Company, "transit", KeyPeriod.Unbounded), TransitHost.Ct)).Value);

        (await app.PostAsync("decrypt/k", new { ciphertext = ours })).Refused(410, "destroyed");
        (await app.PostAsync("encrypt/k", new { batch_input = new[] { new { plaintext = "" } } })).Refused(410, "destroyed");
        Assert.Equal("x", await other.DecryptAsync("k", theirs));
    }

    [Fact]
    public async Task Use_WhileTheVaultCannotReachItsKey_IsUnavailable()
    {
        await app.MakeAsync("k");
        var ciphertext = await app.EncryptAsync("k", "x");
        var wrapped = await host.Store.ReadAsync(session => session.QueryFirst("SELECT wrapped FROM vault_key WHERE application = 'transit'", row => (byte[])row.GetValue(0)), TransitHost.Ct);
        await host.Store.WriteAsync(transaction => transaction.Execute("UPDATE vault_key SET wrapped = zeroblob(length(wrapped)) WHERE application = 'transit'"), TransitHost.Ct);
        host.Time.Advance(TimeSpan.FromHours(12));

        (await app.PostAsync("decrypt/k", new { ciphertext })).Refused(503, "cannot be reached");

        await host.Store.WriteAsync(transaction => transaction.Execute("UPDATE vault_key SET wrapped = $1 WHERE application = 'transit'", wrapped), TransitHost.Ct);
        Assert.Equal("x", await app.DecryptAsync("k", ciphertext));
    }

    [Fact]
    public async Task Use_RowMovedToAnotherKey_IsDamaged()
    {
        await app.MakeAsync("a");
        await app.MakeAsync("b");
        await host.Store.WriteAsync(
            transaction => transaction.Execute(
                "UPDATE transit_version SET sealed = (SELECT v.sealed FROM transit_version v JOIN transit_key k ON k.key_id = v.key_id WHERE k.name = 'a') WHERE key_id = (SELECT key_id FROM transit_key WHERE name = 'b')"),
            TransitHost.Ct);
        (await app.PostAsync("encrypt/b", new { plaintext = "" })).Refused(500, "changed from outside");
    }

    private async Task<List<long>> SealsAsync()
        => await host.Store.ReadAsync(session => session.Query("SELECT seals FROM transit_version ORDER BY version", row => row.GetInt64(0)), TransitHost.Ct);
}
