using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Rivet.Cryptography.Sodium;
using Rivet.Testing;

namespace Rivet.Transit.Tests;

/// <summary>Signatures and MACs, judged by other means than the API's own: with the public keys that it shows.</summary>
public sealed class SignatureTests : IAsyncLifetime
{
    private static readonly byte[] Input = Encoding.UTF8.GetBytes("what was said");
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
    public async Task Sign_Ed25519_HoldsUnderTheShownKey()
    {
        await app.MakeAsync("k", "ed25519");
        var signature = await SignAsync("k", new { input = Convert.ToBase64String(Input) });
        Assert.True(Ed25519Key.Verify(Convert.FromBase64String(await PublicAsync("k")), Input, Convert.FromBase64String(signature)));
    }

    [Theory]
    [InlineData("ecdsa-p256", "sha2-256", "asn1")]
    [InlineData("ecdsa-p256", "sha2-512", "jws")]
    [InlineData("ecdsa-p384", "sha2-384", "asn1")]
    [InlineData("ecdsa-p384", "sha3-256", "jws")]
    public async Task Sign_Ecdsa_HoldsUnderTheShownKey(string type, string hash, string marshaling)
    {
        await app.MakeAsync("k", type);
        var signature = await SignAsync($"k/{hash}", new { input = Convert.ToBase64String(Input), marshaling_algorithm = marshaling });

        using var key = ECDsa.Create();
        key.ImportFromPem(await PublicAsync("k"));
        var name = hash switch { "sha2-256" => HashAlgorithmName.SHA256, "sha2-384" => HashAlgorithmName.SHA384, "sha2-512" => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA3_256 };
        Assert.True(marshaling == "jws"
            ? key.VerifyData(Input, Base64Url.DecodeFromChars(signature), name, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            : key.VerifyData(Input, Convert.FromBase64String(signature), name, DSASignatureFormat.Rfc3279DerSequence));
        Assert.True(await IsValidAsync($"k/{hash}", new { input = Convert.ToBase64String(Input), marshaling_algorithm = marshaling, signature = "vault:v1:" + signature }));
    }

    [Theory]
    [InlineData("rsa-2048", "pss")]
    [InlineData("rsa-3072", "pkcs1v15")]
    public async Task Sign_Rsa_HoldsUnderTheShownKey(string type, string algorithm)
    {
        await app.MakeAsync("k", type);
        var signature = await SignAsync("k", new { input = Convert.ToBase64String(Input), signature_algorithm = algorithm });

        using var key = RSA.Create();
        key.ImportFromPem(await PublicAsync("k"));
        Assert.True(key.VerifyData(
            Input, Convert.FromBase64String(signature), HashAlgorithmName.SHA256, algorithm == "pss" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1));
        Assert.True(await IsValidAsync("k", new { input = Convert.ToBase64String(Input), signature_algorithm = algorithm, signature = "vault:v1:" + signature }));
    }

    [Fact]
    public async Task Sign_Prehashed_IsTheSignatureOfTheInput()
    {
        await app.MakeAsync("k", "ecdsa-p256");
        var signature = await SignAsync("k", new { input = Convert.ToBase64String(SHA256.HashData(Input)), prehashed = true });

        Assert.True(await IsValidAsync("k", new { input = Convert.ToBase64String(Input), signature = "vault:v1:" + signature }));
        (await app.PostAsync("sign/k", new { input = "AAAA", prehashed = true })).Refused(400, "length of its hash");
        await app.MakeAsync("e", "ed25519");
        (await app.PostAsync("sign/e", new { input = "AAAA", prehashed = true })).Refused(400, "ed25519 keys take none");
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("ecdsa-p256")]
    [InlineData("ecdsa-p384")]
    [InlineData("rsa-2048")]
    public async Task Verify_ChangedOrOther_IsNotValid(string type)
    {
        await app.MakeAsync("k", type);
        await app.MakeAsync("other", type);
        var input = Convert.ToBase64String(Input);
        var signature = await SignAsync("k", new { input });
        Assert.True(await IsValidAsync("k", new { input, signature = "vault:v1:" + signature }));
        Assert.False(await IsValidAsync("other", new { input, signature = "vault:v1:" + signature }));
        Assert.False(await IsValidAsync("k", new { input = Convert.ToBase64String([.. Input, 0]), signature = "vault:v1:" + signature }));
        Assert.False(await IsValidAsync("k", new { input, signature = "vault:v1:AAAA" }));
        Assert.False(await IsValidAsync("k", new { input, signature = "vault:v1:" }));
        var bytes = Convert.FromBase64String(signature);
        for (var at = 0; at < bytes.Length; at += 7)
        {
            var changed = bytes.ToArray();
            changed[at] ^= 1;
            Assert.False(await IsValidAsync("k", new { input, signature = "vault:v1:" + Convert.ToBase64String(changed) }), $"byte {at}");
        }
    }

    [Fact]
    public async Task Verify_VersionsAndForms_AreRefusedInWords()
    {
        await app.MakeAsync("k", "ed25519");
        var input = Convert.ToBase64String(Input);
        (await app.PostAsync("verify/k", new { input })).Refused(400, "one of signature and hmac");
        (await app.PostAsync("verify/k", new { input, signature = "vault:v1:AAAA", hmac = "vault:v1:AAAA" })).Refused(400, "one of signature and hmac");
        (await app.PostAsync("verify/k", new { input, signature = "vault:v0:AAAA" })).Refused(400, "vault:v1");
        (await app.PostAsync("verify/k", new { input, signature = "vault:v2:AAAA" })).Refused(400, "no such version");
        (await app.PostAsync("verify/k", new { input, signature = "vault:v1:%" })).Refused(400, "base64");
        (await app.PostAsync("sign/k", new { input, hash_algorithm = "sha1" })).Refused(400, "unknown hash");
        (await app.PostAsync("sign/k/md5", new { input })).Refused(400, "unknown hash");
        (await app.PostAsync("sign/k", new { input, marshaling_algorithm = "raw" })).Refused(400, "marshaling_algorithm");
        (await app.PostAsync("sign/k", new { input, salt_length = "20" })).Refused(400, "salt_length");
        await app.MakeAsync("h", "hmac");
        (await app.PostAsync("verify/h", new { input, signature = "vault:v1:AAAA" })).Refused(400, "does not support");
    }

    [Fact]
    public async Task Sign_OldVersions_VerifyUntilTheMinimumPassesThem()
    {
        await app.MakeAsync("k", "ed25519");
        var input = Convert.ToBase64String(Input);
        var old = "vault:v1:" + await SignAsync("k", new { input });
        await app.DoAsync("keys/k/rotate");
        Assert.True(await IsValidAsync("k", new { input, signature = old }));

        await app.DoAsync("keys/k/config", new { min_decryption_version = 2 });

        (await app.PostAsync("verify/k", new { input, signature = old })).Refused(400, "too old");
        (await app.PostAsync("sign/k", new { input, key_version = 1 })).Refused(400, "too old");
    }

    [Fact]
    public async Task Sign_DerivedEd25519_IsOfItsContext()
    {
        await app.MakeAsync("k", "ed25519", derived: true);
        var input = Convert.ToBase64String(Input);
        var signature = "vault:v1:" + await SignAsync("k", new { input, context = Client.B64("a") });
        Assert.True(await IsValidAsync("k", new { input, signature, context = Client.B64("a") }));
        Assert.False(await IsValidAsync("k", new { input, signature, context = Client.B64("b") }));
        (await app.PostAsync("verify/k", new { input, signature })).Refused(400, "context is required");
    }

    [Theory]
    [InlineData("hmac")]
    [InlineData("aes256-gcm96")]
    [InlineData("ecdsa-p256")]
    public async Task Hmac_OfAnyKey_VerifiesAndNothingElseDoes(string type)
    {
        await app.MakeAsync("k", type);
        var input = Convert.ToBase64String(Input);
        var mac = (string)(await app.DoAsync("hmac/k/sha2-512", new { input }))["hmac"]!;

        Assert.Equal(64, Convert.FromBase64String(mac["vault:v1:".Length..]).Length);
        Assert.True(await IsValidAsync("k/sha2-512", new { input, hmac = mac }));
        Assert.False(await IsValidAsync("k/sha2-256", new { input, hmac = mac }));
        Assert.False(await IsValidAsync("k/sha2-512", new { input = Client.B64("other"), hmac = mac }));
        Assert.False(await IsValidAsync("k/sha2-512", new { input, hmac = mac[..^8] + "AAAAAAA=" }));
    }

    [Fact]
    public async Task Batch_OfSignaturesAndMacs_AnswersEach()
    {
        await app.MakeAsync("k", "ecdsa-p256");
        var signed = (await app.DoAsync("sign/k", new { batch_input = new[] { new { input = Client.B64("a") }, new { input = "%" }, new { input = Client.B64("b") } } }))["batch_results"]!.AsArray();
        Assert.NotNull(signed[1]!["error"]);
        var verified = (await app.DoAsync("verify/k", new
        {
            batch_input = new[]
            {
                new { input = Client.B64("a"), signature = (string)signed[0]!["signature"]! },
                new { input = Client.B64("a"), signature = (string)signed[2]!["signature"]! },
            },
        }))["batch_results"]!.AsArray();
        Assert.Equal([true, false], verified.Select(result => (bool)result!["valid"]!));
    }

    [Fact]
    public async Task Hash_AndRandom_AnswerWithoutAKey()
    {
        Assert.Equal(
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", (string)(await app.DoAsync("hash", new { input = Client.B64("abc") }))["sum"]!);
        Assert.Equal(
            Convert.ToBase64String(SHA3_512.HashData("abc"u8)), (string)(await app.DoAsync("hash/sha3-512", new { input = Client.B64("abc"), format = "base64" }))["sum"]!);
        Assert.Equal(32, Convert.FromBase64String((string)(await app.DoAsync("random"))["random_bytes"]!).Length);
        Assert.Equal(14, ((string)(await app.DoAsync("random/7", new { format = "hex" }))["random_bytes"]!).Length);
        Assert.Equal(5, Convert.FromBase64String((string)(await app.DoAsync("random/platform/5"))["random_bytes"]!).Length);
        (await app.PostAsync("random/131073")).Refused(400, "131072");
        (await app.PostAsync("random/0")).Refused(400, "131072");
        (await app.PostAsync("random/seal/5")).Refused(400, "platform");
        (await app.PostAsync("hash/sha1", new { input = "" })).Refused(400, "unknown hash");
        (await app.PostAsync("hash", new { input = "", format = "raw" })).Refused(400, "hex or base64");
    }

    private async Task<string> SignAsync(string path, object body) => ((string)(await app.DoAsync($"sign/{path}", body))["signature"]!)["vault:v1:".Length..];

    private async Task<bool> IsValidAsync(string path, object body) => (bool)(await app.DoAsync($"verify/{path}", body))["valid"]!;

    private async Task<string> PublicAsync(string name) => (string)(await app.CallAsync("GET", $"transit/keys/{name}")).Data["keys"]!["1"]!["public_key"]!;
}
