using System.Security.Cryptography;
using System.Text;
using Rivet.Testing;

namespace Rivet.Transit.Tests;

/// <summary>Keys that were made elsewhere, and published answers of such keys.</summary>
public sealed class ImportTests : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private TransitHost host = null!;
    private Client app = null!;

    public async ValueTask InitializeAsync()
    {
        host = await TransitHost.StartAsync(folder);
        app = await host.ApplicationAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Import_Ed25519_SignsAsRfc8032Says()
    {
        var seed = Convert.FromHexString("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        await ImportAsync("k", "ed25519", [.. Convert.FromHexString("302e020100300506032b657004220420"), .. seed]);

        var signature = (string)(await app.DoAsync("sign/k", new { input = Convert.ToBase64String([0x72]) }))["signature"]!;

        Assert.Equal(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            Convert.ToHexStringLower(Convert.FromBase64String(signature["vault:v1:".Length..])));
    }

    [Fact]
    public async Task Import_HmacKey_AnswersAsRfc4231Says()
    {
        await ImportAsync("k", "hmac", [.. Enumerable.Repeat((byte)0xaa, 131)]);
        var mac = (string)(await app.DoAsync("hmac/k", new { input = Client.B64("Test Using Larger Than Block-Size Key - Hash Key First") }))["hmac"]!;
        Assert.Equal("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", Convert.ToHexStringLower(Convert.FromBase64String(mac["vault:v1:".Length..])));
    }

    [Fact]
    public async Task Import_AesKey_OpensWhatItSealedElsewhere()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        await ImportAsync("k", "aes256-gcm96", key);
        var (nonce, body, tag) = (RandomNumberGenerator.GetBytes(12), new byte[5], new byte[16]);
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(nonce, "hello"u8, body, tag, "row"u8);

        Assert.Equal("hello", await app.DecryptAsync("k", "vault:v1:" + Convert.ToBase64String([.. nonce, .. body, .. tag]), new { associated_data = Client.B64("row") }));
    }

    [Fact]
    public async Task Import_DerivingKey_DerivesByHkdf()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        await ImportAsync("k", "chacha20-poly1305", key, new { derived = true });
        var sealedBytes = Convert.FromBase64String((await app.EncryptAsync("k", "hello", new { context = Client.B64("tenant") }))["vault:v1:".Length..]);

        using var cipher = new ChaCha20Poly1305(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, null, "tenant"u8.ToArray()));
        var plaintext = new byte[5];
        cipher.Decrypt(sealedBytes.AsSpan(0, 12), sealedBytes.AsSpan(12, 5), sealedBytes.AsSpan(17), plaintext);
        Assert.Equal("hello", Encoding.UTF8.GetString(plaintext));
    }

    [Fact]
    public async Task Import_EcdsaAndRsa_SignUnderTheirOwnKeys()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        await ImportAsync("e", "ecdsa-p384", ecdsa.ExportPkcs8PrivateKey());
        var signature = (string)(await app.DoAsync("sign/e", new { input = Client.B64("x") }))["signature"]!;
        Assert.True(ecdsa.VerifyData("x"u8, Convert.FromBase64String(signature["vault:v1:".Length..]), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

        using var rsa = RSA.Create(2048);
        await ImportAsync("r", "rsa-2048", rsa.ExportPkcs8PrivateKey());
        Assert.Equal("x", await app.DecryptAsync("r", "vault:v1:" + Convert.ToBase64String(rsa.Encrypt("x"u8, RSAEncryptionPadding.OaepSHA256))));
    }

    [Fact]
    public async Task Import_SecondTimeWithTheSameWrappingKey_IsRefused()
    {
        var wrapping = await WrappingKeyAsync();
        Assert.Equal(wrapping, await WrappingKeyAsync());
        Assert.Equal(200, (await app.PostAsync("keys/a/import", Wrapped(wrapping, "aes256-gcm96", new byte[32]))).Status);

        (await app.PostAsync("keys/b/import", Wrapped(wrapping, "aes256-gcm96", new byte[32]))).Refused(400, "each serves one import");
        Assert.NotEqual(wrapping, await WrappingKeyAsync());
    }

    [Fact]
    public async Task Import_ThatFails_SpendsTheWrappingKey()
    {
        var wrapping = await WrappingKeyAsync();
        var body = new { type = "aes256-gcm96", ciphertext = Convert.ToBase64String(RandomNumberGenerator.GetBytes(512 + 40)) };
        (await app.PostAsync("keys/a/import", body)).Refused(400, "spent");
        (await app.PostAsync("keys/a/import", Wrapped(wrapping, "aes256-gcm96", new byte[32]))).Refused(400, "each serves one import");
        Assert.Equal(404, (await app.CallAsync("GET", "transit/keys/a")).Status);
    }

    [Fact]
    public async Task Import_WithTheWrappingKeyOfAnotherApplication_IsRefused()
    {
        var other = await host.ApplicationAsync(app.Permit, "other");
        var wrapping = await WrappingKeyAsync();
        (await other.PostAsync("keys/a/import", Wrapped(wrapping, "aes256-gcm96", new byte[32]))).Refused(400, "no wrapping key");
    }

    [Fact]
    public async Task Import_AfterTheWrappingKeyRanOut_IsRefused()
    {
        var wrapping = await WrappingKeyAsync();
        host.Time.Advance(TimeSpan.FromHours(24));
        (await app.PostAsync("keys/a/import", Wrapped(wrapping, "aes256-gcm96", new byte[32]))).Refused(400, "no wrapping key");
    }

    [Fact]
    public async Task Import_KeyOfAnotherTypeOrSize_IsRefused()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var (type, material) in ((string, byte[])[])[("aes256-gcm96", new byte[16]), ("ecdsa-p384", p256.ExportPkcs8PrivateKey()), ("ed25519", new byte[32]), ("hmac", new byte[16])])
        {
            (await app.PostAsync("keys/a/import", Wrapped(await WrappingKeyAsync(), type, material))).Refused(400, "no key of the type");
        }
    }

    [Fact]
    public async Task Import_MalformedRequest_SpendsNothing()
    {
        var wrapping = await WrappingKeyAsync();
        (await app.PostAsync("keys/a/import", new { ciphertext = "AAAA" })).Refused(400, "wrapped key");
        (await app.PostAsync("keys/a/import", new { ciphertext = "%" })).Refused(400, "base64");
        (await app.PostAsync("keys/a/import", new { ciphertext = "AAAA", hash_function = "SHA1" })).Refused(400, "hash_function");
        (await app.PostAsync("keys/a/import", new { ciphertext = "AAAA", type = "des" })).Refused(400, "unknown key type");
        (await app.PostAsync("keys/a/import", new { ciphertext = "AAAA", exportable = true })).Refused(400, "never leave");
        Assert.Equal(200, (await app.PostAsync("keys/a/import", Wrapped(wrapping, "aes256-gcm96", new byte[32]))).Status);
        (await app.PostAsync("keys/a/import", Wrapped(wrapping, "aes256-gcm96", new byte[32]))).Refused(400, "already");
    }

    [Fact]
    public async Task ImportedKey_RotatesOnlyWhereAllowedAndThenTakesNoImport()
    {
        await ImportAsync("fixed", "aes256-gcm96", new byte[32]);
        (await app.PostAsync("keys/fixed/rotate")).Refused(400, "allow_rotation");
        var first = await app.EncryptAsync("fixed", "x");
        Assert.Equal(204, (await app.PostAsync("keys/fixed/import_version", Wrapped(await WrappingKeyAsync(), "aes256-gcm96", RandomNumberGenerator.GetBytes(32)))).Status);
        Assert.StartsWith("vault:v2:", await app.EncryptAsync("fixed", "y"), StringComparison.Ordinal);
        Assert.Equal("x", await app.DecryptAsync("fixed", first));

        await ImportAsync("free", "aes256-gcm96", new byte[32], new { allow_rotation = true });
        await app.DoAsync("keys/free/rotate");
        (await app.PostAsync("keys/free/import_version", Wrapped(await WrappingKeyAsync(), "aes256-gcm96", new byte[32]))).Refused(400, "never rotated here");
        await app.MakeAsync("own");
        (await app.PostAsync("keys/own/import_version", new { ciphertext = "AAAA" })).Refused(400, "imported");
        (await app.PostAsync("keys/none/import_version", new { ciphertext = "AAAA" })).Refused(400, "not found");
    }

    private async Task ImportAsync(string name, string type, byte[] material, object? more = null)
    {
        var body = Wrapped(await WrappingKeyAsync(), type, material);
        foreach (var property in more?.GetType().GetProperties() ?? [])
        {
            body[property.Name] = property.GetValue(more)!;
        }

        await app.DoAsync($"keys/{name}/import", body);
    }

    private async Task<string> WrappingKeyAsync() => (string)(await app.CallAsync("GET", "transit/wrapping_key")).Data["public_key"]!;

    private static Dictionary<string, object> Wrapped(string wrappingKey, string type, byte[] material)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(wrappingKey);
        Assert.Equal(4096, rsa.KeySize);
        using var aes = Aes.Create();
        aes.SetKey(RandomNumberGenerator.GetBytes(32));
        return new()
        {
            ["type"] = type,
            ["hash_function"] = "SHA256",
            ["ciphertext"] = Convert.ToBase64String([.. rsa.Encrypt(aes.Key, RSAEncryptionPadding.OaepSHA256), .. aes.EncryptKeyWrapPadded(material)]),
        };
    }
}
